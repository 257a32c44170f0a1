//! The certificate authorities with which the certificate of a backend is checked: those that are referred to, or those of
//! the proxy's image.
//!
//! Flag `PerResourceSystemCASecret`: each policy and each Backend has a secret of its own for the image's authorities, in
//! place of one that all share.

use std::sync::Arc;

use eg_api::gateway::LocalObjectReference;
use eg_diag::{Code, Diagnostic, FieldPath};
use eg_ir::{Origin, Secret, SecretContent};

use crate::{
    names,
    refs::{
        RefCx,
        ca::{self, Authorities, CaReference, WhyNoCa},
    },
};

static NO_VALID_CA: Code = Code::error("no-valid-ca-certificate", "Accepted", "NoValidCACertificate");
static INVALID_CA: Code =
    Code::error("invalid-ca-certificate-ref", "ResolvedRefs", "InvalidCACertificateRef");
static INVALID_KIND: Code = Code::error("invalid-ca-certificate-kind", "ResolvedRefs", "InvalidKind");
static INVALID: Code = Code::error("invalid-backend-tls-policy", "Accepted", "Invalid");

/// The runtime flag.
const PER_RESOURCE: &str = "PerResourceSystemCASecret";
/// The well-known set of authorities that is supported.
const SYSTEM: &str = "System";

/// Why there are no authorities: at most one diagnostic for each type of condition, at least one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refusal(Vec<Diagnostic>);

impl Refusal {
    /// The policy itself could not be read.
    pub(super) fn unreadable() -> Self {
        Self(vec![Diagnostic::new(&INVALID, FieldPath::root(), "the policy could not be read")])
    }

    fn invalid(path: FieldPath, message: impl Into<String>) -> Self {
        Self(vec![Diagnostic::new(&INVALID, path, message)])
    }

    /// What the status of the object says.
    pub(super) fn diagnostics(&self) -> &[Diagnostic] {
        &self.0
    }

    /// Path and message, for objects that are affected.
    pub(crate) fn message(&self) -> String {
        let diagnostic = self.0.first();
        diagnostic
            .map(|diagnostic| format!("{}: {}", diagnostic.path, diagnostic.message))
            .unwrap_or_default()
    }
}

/// The authorities of the object that refers to them, under the name of that object.
pub(crate) fn load(
    refs: RefCx<'_, '_>,
    references: &[LocalObjectReference],
    well_known: Option<&str>,
    at: &FieldPath,
) -> Result<Arc<Secret>, Refusal> {
    let object = refs.from();
    if !references.is_empty() {
        let path = at.field("caCertificateRefs");
        let references: Vec<_> = references.iter().map(CaReference::from).collect();
        let authorities = ca::load_or_refer(refs, &references, &path).map_err(|problem| {
            let code = if problem.why == WhyNoCa::Kind { &INVALID_KIND } else { &INVALID_CA };
            let diagnostic = |code| Diagnostic::new(code, problem.path.clone(), problem.message.clone());
            Refusal(vec![diagnostic(&NO_VALID_CA), diagnostic(code)])
        })?;
        return Ok(match authorities {
            Authorities::Elsewhere(secret) => secret,
            Authorities::Here(certificates) => Arc::new(Secret {
                name: names::authorities(object),
                origin: Origin::of(object.clone()),
                content: SecretContent::TrustedCa(certificates),
            }),
        });
    }
    match well_known {
        Some(SYSTEM) if refs.env().settings.flag(PER_RESOURCE) => Ok(Arc::new(Secret {
            name: names::authorities(object),
            origin: Origin::of(object.clone()),
            content: SecretContent::SystemCa,
        })),
        Some(SYSTEM) => Ok(Arc::new(Secret {
            name: names::SYSTEM_AUTHORITIES.into(),
            origin: Origin::default(),
            content: SecretContent::SystemCa,
        })),
        Some(other) if !other.is_empty() => {
            let message = format!("expected {SYSTEM:?}, found {other:?}");
            Err(Refusal::invalid(at.field("wellKnownCACertificates"), message))
        }
        _ => {
            let message = "certificate authorities are needed: caCertificateRefs or wellKnownCACertificates";
            Err(Refusal::invalid(at.clone(), message))
        }
    }
}
