//! Certificate authorities: what is in the ConfigMaps, Secrets and ClusterTrustBundles that objects refer to.
//!
//! The certificates are in key `ca.crt`, or else `tls.crt`, of a ConfigMap or Secret; those of clients are in `ca.crt` only, and
//! lists of what authorities revoked are in `ca.crl`. A Secret of type `gateway.envoyproxy.io/sds` says instead which other
//! server has them.

use std::sync::Arc;

use eg_api::{
    core::{ByteString, ClusterTrustBundle, ConfigMap, Secret},
    gateway::LocalObjectReference,
};
use eg_diag::{FieldPath, ObjectRef};
use eg_ir::SecretBytes;
use eg_resources::Object;
use pem::{EncodeConfig, LineEnding, Pem};
use x509_parser::{
    certificate::X509Certificate, prelude::FromDer, revocation_list::CertificateRevocationList,
};

use super::{RefCx, secret_server};
use crate::engine::{ReadCx, Unit};

/// What is looked for in an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum CaContent {
    /// Authorities.
    Authorities,
    /// Authorities of clients. Those that have expired count for nothing.
    ClientAuthorities,
    /// Lists of certificates that authorities revoked, which are not out of date.
    RevocationLists,
}

impl CaContent {
    /// The keys under which it is looked for, the first one that is there.
    fn keys(self) -> &'static [&'static str] {
        match self {
            Self::Authorities => &["ca.crt", "tls.crt"],
            Self::ClientAuthorities => &["ca.crt"],
            Self::RevocationLists => &["ca.crl"],
        }
    }

    /// What proxies get of it.
    fn read(self, cx: &ReadCx<'_>, bytes: Vec<u8>) -> Result<Vec<u8>, &'static str> {
        let passed = |at| cx.passed(at) == Some(true);
        match self {
            Self::Authorities => check(&bytes).map(|()| bytes),
            Self::ClientAuthorities => usable(&bytes, passed),
            Self::RevocationLists => check_lists(&bytes, passed).map(|()| bytes),
        }
    }
}

/// A reference to certificate authorities.
#[derive(Clone, Copy, Debug)]
pub(crate) struct CaReference<'a> {
    pub(crate) group: &'a str,
    pub(crate) kind: &'a str,
    /// Absent for the namespace of the object that refers.
    pub(crate) namespace: Option<&'a str>,
    pub(crate) name: &'a str,
}

impl<'a> From<&'a LocalObjectReference> for CaReference<'a> {
    fn from(LocalObjectReference { group, kind, name }: &'a LocalObjectReference) -> Self {
        Self { group, kind, namespace: None, name }
    }
}

/// Why a reference leads to no certificate authorities.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct CaProblem {
    pub(crate) why: WhyNoCa,
    pub(crate) path: FieldPath,
    pub(crate) message: String,
}

/// Which kind of mistake it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum WhyNoCa {
    /// The kind holds no certificate authorities.
    Kind,
    /// It is in another namespace, and no ReferenceGrant permits it.
    NotPermitted,
    /// There is no such object, or it holds no certificates.
    Invalid,
}

/// What references lead to: certificates, one after the other, or a secret that another server has. The first problem if
/// there is one.
pub(crate) fn load_or_refer(
    refs: RefCx<'_, '_>,
    references: &[CaReference<'_>],
    at: &FieldPath,
) -> Result<Authorities, CaProblem> {
    for (position, reference) in references.iter().enumerate() {
        let fail = |(why, message)| CaProblem { why, path: at.index(position), message };
        let found = one(refs, *reference, CaContent::Authorities);
        let Authorities::Elsewhere(secret) = found.map_err(fail)? else { continue };
        if references.len() > 1 {
            let message = "authorities that another server has must be the only ones".to_owned();
            return Err(fail((WhyNoCa::Invalid, message)));
        }
        return Ok(Authorities::Elsewhere(secret));
    }
    Ok(Authorities::Here(load(refs, references.iter().copied(), CaContent::Authorities, at)?))
}

/// What all references lead to, one after the other; the first problem if there is one.
pub(crate) fn load<'r>(
    refs: RefCx<'_, '_>,
    references: impl IntoIterator<Item = CaReference<'r>>,
    content: CaContent,
    at: &FieldPath,
) -> Result<SecretBytes, CaProblem> {
    let mut all = Vec::new();
    for (position, reference) in references.into_iter().enumerate() {
        let fail = |(why, message)| CaProblem { why, path: at.index(position), message };
        let Authorities::Here(certificates) = one(refs, reference, content).map_err(fail)? else {
            let message = "authorities that another server has cannot be used here".to_owned();
            return Err(fail((WhyNoCa::Invalid, message)));
        };
        if all.last().is_some_and(|last| *last != b'\n') {
            all.push(b'\n');
        }
        all.extend_from_slice(certificates.expose());
    }
    let all = if content == CaContent::ClientAuthorities { distinct(&all) } else { all };
    Ok(SecretBytes::new(all))
}

/// Certificate authorities.
#[derive(Clone, PartialEq)]
pub(crate) enum Authorities {
    /// Their certificates, PEM.
    Here(SecretBytes),
    /// A secret that another server has.
    Elsewhere(Arc<eg_ir::Secret>),
}

fn one(
    refs: RefCx<'_, '_>,
    reference: CaReference<'_>,
    content: CaContent,
) -> Result<Authorities, (WhyNoCa, String)> {
    let CaReference { group, kind, namespace, name } = reference;
    let known = [ConfigMap::KIND, Secret::KIND, ClusterTrustBundle::KIND];
    // The names of the kinds are enough to tell them apart, so that a wrong one of their groups is forgiven.
    let is_group = known.iter().any(|known| known.group == group);
    let Some(kind) = known.into_iter().find(|known| is_group && known.kind == kind) else {
        let message = format!(
            "expected a ConfigMap, a Secret or a ClusterTrustBundle, found kind {kind:?} of group {group:?}"
        );
        return Err((WhyNoCa::Kind, message));
    };
    let target = if kind == ClusterTrustBundle::KIND {
        ObjectRef::new(kind, "", name)
    } else {
        refs.target(kind, namespace, name)
    };
    if !target.namespace.is_empty() && !refs.permitted(&target) {
        let message =
            format!("no ReferenceGrant in namespace {} permits the use of {target}", target.namespace);
        return Err((WhyNoCa::NotPermitted, message));
    }
    match &refs.cx.unit::<CaBundle>(&(target.clone(), content)).0 {
        Some(Ok(authorities)) => Ok(authorities.clone()),
        Some(Err(message)) => Err((WhyNoCa::Invalid, message.clone())),
        None => Err((WhyNoCa::Invalid, format!("{target} does not exist"))),
    }
}

/// The certificates in one object.
struct CaBundle;

/// The certificates or what is wrong with them; `None` when there is no such object.
#[derive(Default, PartialEq)]
struct CaBundleOut(Option<Result<Authorities, String>>);

impl Unit for CaBundle {
    /// The object, and what is looked for in it.
    type Key = (ObjectRef, CaContent);
    type Out = CaBundleOut;
    const NAME: &'static str = "ca_bundle";
    const RANK: u8 = 1;

    fn compute(cx: &ReadCx<'_>, (key, content): &Self::Key) -> CaBundleOut {
        let keys = content.keys();
        if key.kind == Secret::KIND
            && let Some(secret) =
                cx.object::<Secret>(key).filter(|secret| secret_server::is_reference(secret))
        {
            let referred = secret_server::read(cx, key, &secret);
            return CaBundleOut(Some(referred.map(|secret| Authorities::Elsewhere(Arc::new(secret)))));
        }
        let bytes = if key.kind == ConfigMap::KIND {
            cx.object::<ConfigMap>(key)
                .map(|object| first(keys, |name| object.data.get(name).map(String::as_bytes)))
        } else if key.kind == Secret::KIND {
            cx.object::<Secret>(key)
                .map(|object| first(keys, |name| object.data.get(name).map(ByteString::as_bytes)))
        } else {
            cx.object::<ClusterTrustBundle>(key)
                .map(|object| Some(object.spec.trust_bundle.clone().into_bytes()))
        };
        let checked = |bytes: Option<Vec<u8>>| match bytes {
            Some(bytes) => content
                .read(cx, bytes)
                .map(|bytes| Authorities::Here(SecretBytes::new(bytes)))
                .map_err(|what| format!("{key} {what}")),
            None => Err(format!("{key} has no {}", keys.join(" and no "))),
        };
        CaBundleOut(bytes.map(checked))
    }
}

/// The value of the first key that is there.
fn first<'v>(keys: &[&str], get: impl Fn(&str) -> Option<&'v [u8]>) -> Option<Vec<u8>> {
    keys.iter().find_map(|key| get(key)).map(<[u8]>::to_vec)
}

/// Proxies refuse a list of authorities with anything in it that is no certificate.
fn check(bytes: &[u8]) -> Result<(), &'static str> {
    blocks(bytes)?.iter().try_for_each(|block| certificate(block).map(drop))
}

/// The certificates that are some and have not expired, each once; what is wrong with the first one if there is none.
fn usable(bytes: &[u8], passed: impl Fn(i64) -> bool) -> Result<Vec<u8>, &'static str> {
    let mut problem = None;
    let mut found: Vec<Pem> = Vec::new();
    for block in blocks(bytes)? {
        match certificate(&block).map(|certificate| passed(certificate.validity().not_after.timestamp())) {
            Ok(false) if found.contains(&block) => {}
            Ok(false) => found.push(block),
            Ok(true) => problem = problem.or(Some("holds a certificate that has expired")),
            Err(message) => problem = problem.or(Some(message)),
        }
    }
    match problem.filter(|_| found.is_empty()) {
        Some(problem) => Err(problem),
        None => Ok(write(&found)),
    }
}

/// The certificates of several objects, each once.
fn distinct(bytes: &[u8]) -> Vec<u8> {
    let mut found: Vec<Pem> = Vec::new();
    for block in pem::parse_many(bytes).unwrap_or_default() {
        if !found.contains(&block) {
            found.push(block);
        }
    }
    write(&found)
}

fn write(blocks: &[Pem]) -> Vec<u8> {
    let lines = EncodeConfig::new().set_line_ending(LineEnding::LF);
    blocks.iter().map(|block| pem::encode_config(block, lines)).collect::<String>().into_bytes()
}

fn blocks(bytes: &[u8]) -> Result<Vec<Pem>, &'static str> {
    let mut blocks = pem::parse_many(bytes).map_err(|_| "is not PEM")?;
    blocks.retain(|block| block.tag() == "CERTIFICATE");
    if blocks.is_empty() { Err("holds no certificate") } else { Ok(blocks) }
}

fn certificate(block: &Pem) -> Result<X509Certificate<'_>, &'static str> {
    let parsed = X509Certificate::from_der(block.contents());
    parsed.map(|(_, certificate)| certificate).map_err(|_| "holds a block that is no X.509 certificate")
}

/// The same for lists of what authorities revoked.
fn check_lists(bytes: &[u8], passed: impl Fn(i64) -> bool) -> Result<(), &'static str> {
    let blocks = pem::parse_many(bytes).map_err(|_| "is not PEM")?;
    let mut lists = blocks.iter().filter(|block| block.tag() == "X509 CRL").peekable();
    if lists.peek().is_none() {
        return Err("holds no revocation list");
    }
    for block in lists {
        let list = CertificateRevocationList::from_der(block.contents());
        let (_, list) = list.map_err(|_| "holds a block that is no revocation list")?;
        if list.next_update().is_some_and(|next| passed(next.timestamp())) {
            return Err("holds a revocation list that is out of date");
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_certificates_are_authorities() {
        let block =
            |tag: &str, content: &str| format!("-----BEGIN {tag}-----\n{content}\n-----END {tag}-----\n");
        let checked = |text: &str| check(text.as_bytes());
        assert_eq!(checked("fake"), Err("holds no certificate"));
        assert_eq!(checked(&block("PUBLIC KEY", "AAAA")), Err("holds no certificate"));
        let no_certificate = block("CERTIFICATE", "AAAA");
        assert_eq!(checked(&no_certificate), Err("holds a block that is no X.509 certificate"));
        let listed = |text: &str| check_lists(text.as_bytes(), |_| false);
        assert_eq!(listed(&no_certificate), Err("holds no revocation list"));
        assert_eq!(listed(&block("X509 CRL", "AAAA")), Err("holds a block that is no revocation list"));
    }

    #[test]
    fn the_key_of_authorities_goes_before_that_of_a_certificate() {
        let both = |name: &str| Some(if name == "ca.crt" { b"ca".as_slice() } else { b"tls" });
        let keys = CaContent::Authorities.keys();
        assert_eq!(first(keys, both).as_deref(), Some(b"ca".as_slice()));
        let tls = |name: &str| (name == "tls.crt").then_some(b"tls".as_slice());
        assert_eq!(first(keys, tls).as_deref(), Some(b"tls".as_slice()));
        assert_eq!(first(CaContent::ClientAuthorities.keys(), tls), None);
        assert_eq!(first(keys, |name| (name == "other.crt").then_some(b"other".as_slice())), None);
    }
}
