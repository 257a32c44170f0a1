//! Certificate authorities: what is in the ConfigMaps, Secrets and ClusterTrustBundles that objects refer to.
//!
//! The certificates are in key `ca.crt`, or else `tls.crt`, of a ConfigMap or Secret. A Secret of type
//! `gateway.envoyproxy.io/sds` says instead which other server has them.

use std::sync::Arc;

use eg_api::{
    core::{ByteString, ClusterTrustBundle, ConfigMap, Secret},
    gateway::LocalObjectReference,
};
use eg_diag::{FieldPath, ObjectRef};
use eg_ir::SecretBytes;
use eg_resources::Object;
use x509_parser::{certificate::X509Certificate, prelude::FromDer};

use super::{RefCx, secret_server};
use crate::engine::{ReadCx, Unit};

/// The keys under which certificates are looked for, the first one that is there.
const KEYS: [&str; 2] = ["ca.crt", "tls.crt"];

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
        let Authorities::Elsewhere(secret) = one(refs, *reference).map_err(fail)? else { continue };
        if references.len() > 1 {
            let message = "authorities that another server has must be the only ones".to_owned();
            return Err(fail((WhyNoCa::Invalid, message)));
        }
        return Ok(Authorities::Elsewhere(secret));
    }
    Ok(Authorities::Here(load(refs, references.iter().copied(), at)?))
}

/// The certificates of all references, one after the other; the first problem if there is one.
pub(crate) fn load<'r>(
    refs: RefCx<'_, '_>,
    references: impl IntoIterator<Item = CaReference<'r>>,
    at: &FieldPath,
) -> Result<SecretBytes, CaProblem> {
    let mut all = Vec::new();
    for (position, reference) in references.into_iter().enumerate() {
        let fail = |(why, message)| CaProblem { why, path: at.index(position), message };
        let Authorities::Here(certificates) = one(refs, reference).map_err(fail)? else {
            let message = "authorities that another server has cannot be used here".to_owned();
            return Err(fail((WhyNoCa::Invalid, message)));
        };
        if all.last().is_some_and(|last| *last != b'\n') {
            all.push(b'\n');
        }
        all.extend_from_slice(certificates.expose());
    }
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

fn one(refs: RefCx<'_, '_>, reference: CaReference<'_>) -> Result<Authorities, (WhyNoCa, String)> {
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
    match &refs.cx.unit::<CaBundle>(&target).0 {
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
    type Key = ObjectRef;
    type Out = CaBundleOut;
    const NAME: &'static str = "ca_bundle";
    const RANK: u8 = 1;

    fn compute(cx: &ReadCx<'_>, key: &ObjectRef) -> CaBundleOut {
        if key.kind == Secret::KIND
            && let Some(secret) =
                cx.object::<Secret>(key).filter(|secret| secret_server::is_reference(secret))
        {
            let referred = secret_server::read(cx, key, &secret);
            return CaBundleOut(Some(referred.map(|secret| Authorities::Elsewhere(Arc::new(secret)))));
        }
        let bytes = if key.kind == ConfigMap::KIND {
            cx.object::<ConfigMap>(key)
                .map(|object| first(|name| object.data.get(name).map(String::as_bytes)))
        } else if key.kind == Secret::KIND {
            cx.object::<Secret>(key)
                .map(|object| first(|name| object.data.get(name).map(ByteString::as_bytes)))
        } else {
            cx.object::<ClusterTrustBundle>(key)
                .map(|object| Some(object.spec.trust_bundle.clone().into_bytes()))
        };
        let checked = |bytes: Option<Vec<u8>>| match bytes {
            Some(bytes) => check(&bytes)
                .map(|()| Authorities::Here(SecretBytes::new(bytes)))
                .map_err(|what| format!("{key} {what}")),
            None => Err(format!("{key} has neither {} nor {}", KEYS[0], KEYS[1])),
        };
        CaBundleOut(bytes.map(checked))
    }
}

/// The value of the first key that is there.
fn first<'v>(get: impl Fn(&str) -> Option<&'v [u8]>) -> Option<Vec<u8>> {
    KEYS.into_iter().find_map(get).map(<[u8]>::to_vec)
}

/// Proxies refuse a list of authorities with anything in it that is no certificate.
fn check(bytes: &[u8]) -> Result<(), &'static str> {
    let blocks = pem::parse_many(bytes).map_err(|_| "is not PEM")?;
    let mut certificates = blocks.iter().filter(|block| block.tag() == "CERTIFICATE").peekable();
    if certificates.peek().is_none() {
        return Err("holds no certificate");
    }
    let parses = |block: &pem::Pem| X509Certificate::from_der(block.contents()).is_ok();
    if certificates.all(parses) { Ok(()) } else { Err("holds a block that is no X.509 certificate") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_certificates_are_authorities() {
        let block =
            |tag: &str, content: &str| format!("-----BEGIN {tag}-----\n{content}\n-----END {tag}-----\n");
        assert_eq!(check(b"fake"), Err("holds no certificate"));
        assert_eq!(check(block("PUBLIC KEY", "AAAA").as_bytes()), Err("holds no certificate"));
        let no_certificate = block("CERTIFICATE", "AAAA");
        assert_eq!(check(no_certificate.as_bytes()), Err("holds a block that is no X.509 certificate"));
    }

    #[test]
    fn the_key_of_authorities_goes_before_that_of_a_certificate() {
        let both = |name: &str| Some(if name == "ca.crt" { b"ca".as_slice() } else { b"tls" });
        assert_eq!(first(both).as_deref(), Some(b"ca".as_slice()));
        assert_eq!(
            first(|name| (name == "tls.crt").then_some(b"tls".as_slice())).as_deref(),
            Some(b"tls".as_slice())
        );
        assert_eq!(first(|name| (name == "other.crt").then_some(b"other".as_slice())), None);
    }
}
