//! Certificates that proxies present to backends.

use std::sync::Arc;

use eg_api::{core, gateway::SecretObjectReference};
use eg_ir::Secret;
use eg_resources::Object;

use super::RefCx;
use crate::gateway::certificate_in;

/// Why a reference leads to no certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum NoCertificate {
    /// It is in another namespace, and no ReferenceGrant permits it.
    NotPermitted(String),
    /// The kind is wrong, or the Secret is.
    Invalid(String),
}

impl NoCertificate {
    /// What to say about it.
    pub(crate) fn message(&self) -> &str {
        match self {
            Self::NotPermitted(message) | Self::Invalid(message) => message,
        }
    }
}

/// Follows a reference to a certificate and its private key.
pub(crate) fn resolve(
    refs: RefCx<'_, '_>,
    reference: &SecretObjectReference,
) -> Result<Arc<Secret>, NoCertificate> {
    let group = reference.group.as_deref().unwrap_or_default();
    let kind = reference.kind.as_deref().unwrap_or("Secret");
    if !group.is_empty() || kind != "Secret" {
        let message = format!("expected a Secret, found kind {kind:?} of group {group:?}");
        return Err(NoCertificate::Invalid(message));
    }
    let target = refs.target(core::Secret::KIND, reference.namespace.as_deref(), &reference.name);
    if !refs.permitted(&target) {
        let message =
            format!("no ReferenceGrant in namespace {} permits the use of {target}", target.namespace);
        return Err(NoCertificate::NotPermitted(message));
    }
    certificate_in(refs.cx, &target).map_err(NoCertificate::Invalid)
}
