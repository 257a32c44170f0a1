//! Certificates of listeners: Secrets of type `kubernetes.io/tls` and what is in them, or of type
//! `gateway.envoyproxy.io/sds`, whose certificate nobody here can see.
//!
//! API: `Gateway.spec.listeners[].tls.certificateRefs`, and those of ListenerSets, in other namespaces where a ReferenceGrant
//! permits it. Envoy: secrets that proxies fetch by name (SDS), so that a renewed certificate interrupts no connection.
//!
//! Fail mode: closed. A certificate that is missing, damaged, not valid yet or expired is left out, and the status says so; a
//! listener without any is not served.

use std::sync::Arc;

use eg_api::{core, gateway::SecretObjectReference};
use eg_diag::{Code, Diagnostic, FieldPath, ObjectRef};
use eg_ir::{Name, Origin, Secret, SecretBytes, SecretContent};
use eg_resources::Object;

use super::listener::Certificate;
use crate::{
    engine::{ReadCx, Unit},
    names,
    refs::{RefCx, secret_server},
};

mod pem;

static INVALID_CERTIFICATE: Code =
    Code::error("invalid-certificate-ref", "ResolvedRefs", "InvalidCertificateRef");
static PARTIALLY_INVALID: Code =
    Code::error("partially-invalid-certificate-ref", "ResolvedRefs", "PartiallyInvalidCertificateRef");
static NOT_PERMITTED: Code = Code::error("certificate-ref-not-permitted", "ResolvedRefs", "RefNotPermitted");

const TLS_SECRET: &str = "kubernetes.io/tls";
const CERTIFICATE: &str = "tls.crt";
const PRIVATE_KEY: &str = "tls.key";
const OCSP_STAPLE: &str = "tls.ocsp-staple";

/// Certificates that can be presented, and why others cannot.
pub(super) struct Loaded {
    pub(super) certificates: Vec<Certificate>,
    pub(super) problems: Vec<Diagnostic>,
}

/// Whether the problem is that a certificate could not be read, which leaves the listener itself accepted.
pub(super) fn is_certificate_problem(problem: &Diagnostic) -> bool {
    problem.code == &INVALID_CERTIFICATE
}

/// What to say about a listener some of whose certificates cannot be presented.
pub(super) fn partially(problems: Vec<Diagnostic>) -> Option<Diagnostic> {
    let path = problems.first()?.path.clone();
    let messages: Vec<String> = problems.into_iter().map(|problem| problem.message).collect();
    Some(Diagnostic::new(&PARTIALLY_INVALID, path, messages.join("; ")))
}

/// Loads the certificates to which the references of `parent` lead.
pub(super) fn load(
    cx: &ReadCx<'_>,
    parent: &ObjectRef,
    refs: &[SecretObjectReference],
    at: &FieldPath,
) -> Loaded {
    let mut loaded = Loaded { certificates: Vec::new(), problems: Vec::new() };
    for (position, reference) in refs.iter().enumerate() {
        let at = at.index(position);
        match one(cx, parent, reference, &at) {
            Ok(certificate) => match clash(&loaded.certificates, &certificate) {
                None => loaded.certificates.push(certificate),
                Some(name) => {
                    let message =
                        format!("an earlier certificate with the same kind of key is for {name} too");
                    loaded.problems.push(Diagnostic::new(&INVALID_CERTIFICATE, at, message));
                }
            },
            Err(problem) => loaded.problems.push(problem),
        }
    }
    loaded
}

/// A name for which a certificate with the same kind of key was loaded before.
fn clash(earlier: &[Certificate], new: &Certificate) -> Option<Name> {
    let same_kind = earlier.iter().filter(|earlier| earlier.key_kind == new.key_kind);
    same_kind.flat_map(|earlier| &earlier.names).find(|name| new.names.contains(name)).cloned()
}

fn one(
    cx: &ReadCx<'_>,
    parent: &ObjectRef,
    reference: &SecretObjectReference,
    at: &FieldPath,
) -> Result<Certificate, Diagnostic> {
    let fail = |message: String| Diagnostic::new(&INVALID_CERTIFICATE, at.clone(), message);
    let group = reference.group.as_deref().unwrap_or_default();
    let kind = reference.kind.as_deref().unwrap_or("Secret");
    if !group.is_empty() || kind != "Secret" {
        return Err(fail(format!("expected a Secret, found kind {kind:?} of group {group:?}")));
    }
    let refs = RefCx::new(cx, parent);
    let target = refs.target(core::Secret::KIND, reference.namespace.as_deref(), &reference.name);
    if !refs.permitted(&target) {
        let message =
            format!("no ReferenceGrant in namespace {} allows to refer to {target}", target.namespace);
        return Err(Diagnostic::new(&NOT_PERMITTED, at.clone(), message));
    }
    match &cx.unit::<CertificateOf>(&target).0 {
        Some(Ok(certificate)) => Ok(certificate.clone()),
        Some(Err(message)) => Err(fail(message.clone())),
        None => Err(fail(format!("{target} does not exist"))),
    }
}

/// The certificate in a Secret as proxies fetch it.
pub(crate) fn certificate_in(cx: &ReadCx<'_>, key: &ObjectRef) -> Result<Arc<Secret>, String> {
    match &cx.unit::<CertificateOf>(key).0 {
        Some(Ok(certificate)) => Ok(Arc::clone(&certificate.secret)),
        Some(Err(message)) => Err(message.clone()),
        None => Err(format!("{key} does not exist")),
    }
}

/// The certificate in a Secret, or what is wrong with the Secret.
struct CertificateOf;

/// `None` when there is no such Secret.
#[derive(Default, PartialEq)]
struct CertificateOut(Option<Result<Certificate, String>>);

impl Unit for CertificateOf {
    type Key = ObjectRef;
    type Out = CertificateOut;
    const NAME: &'static str = "certificate";
    const RANK: u8 = 1;

    fn compute(cx: &ReadCx<'_>, key: &ObjectRef) -> CertificateOut {
        CertificateOut(cx.object::<core::Secret>(key).map(|secret| read(cx, key, &secret)))
    }
}

fn read(cx: &ReadCx<'_>, key: &ObjectRef, secret: &core::Secret) -> Result<Certificate, String> {
    if secret_server::is_reference(secret) {
        return Ok(Certificate {
            secret: Arc::new(secret_server::read(cx, key, secret)?),
            names: Vec::new(),
            common_name_only: false,
            key_kind: String::new(),
        });
    }
    let found = secret.r#type.as_deref().unwrap_or_default();
    if found != TLS_SECRET {
        return Err(format!("{key} has type {found:?}, expected {TLS_SECRET:?}"));
    }
    let field = |name: &str| match secret.data.get(name) {
        Some(value) if !value.as_bytes().is_empty() => Ok(value.as_bytes()),
        _ => Err(format!("{key} has no {name}")),
    };
    let (chain, private_key) = (field(CERTIFICATE)?, field(PRIVATE_KEY)?);
    let pair = pem::pair(cx, chain, private_key).map_err(|problem| format!("{key}: {problem}"))?;
    let content = SecretContent::Certificate {
        chain: SecretBytes::new(pair.chain),
        key: SecretBytes::new(pair.key),
        ocsp_staple: secret.data.get(OCSP_STAPLE).map(|staple| SecretBytes::new(staple.as_bytes())),
    };
    let origin = Origin { generation: secret.metadata.generation(), ..Origin::of(key.clone()) };
    let secret = Arc::new(Secret { name: names::secret(key), origin, content });
    Ok(Certificate {
        secret,
        names: pair.names,
        common_name_only: pair.common_name_only,
        key_kind: pair.key_kind,
    })
}
