//! BackendTLSPolicies.
//!
//! API: BackendTLSPolicy; Envoy: the transport sockets of clusters. Of several policies for one port of a backend, one that
//! names the port goes before one that does not, and then the oldest wins. A policy whose authorities cannot be read
//! closes its backends: no other policy steps in.
//!
//! - `authorities`: the certificate authorities that a backend's certificate is checked with;
//! - `target`: the policies for a backend;
//! - `defaults`: what a Gateway and its EnvoyProxy add;
//! - `status`: the status of a policy.

use std::sync::Arc;

use eg_api::gateway::{BackendTlsPolicy, BackendTlsPolicyValidation, SubjectAltNameType};
use eg_diag::{FieldPath, ObjectRef};
use eg_ir::{Name, Secret, cluster::SubjectAltName};

use crate::{
    engine::{ReadCx, Unit},
    refs::RefCx,
};

pub(crate) mod authorities;
pub(crate) mod defaults;
mod status;
mod target;

use authorities::Refusal;
pub(crate) use status::BackendTlsPolicyRoot;
pub(crate) use target::policies_for;

/// How the certificate of a backend is checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ServerValidation {
    /// The server name that is asked for.
    pub(crate) hostname: Name,
    /// The names one of which the certificate must be for.
    pub(crate) names: Vec<SubjectAltName>,
    pub(crate) authorities: Arc<Secret>,
}

/// What a policy asks for.
pub(crate) struct ValidationOf;

/// What a policy asks for, or why it cannot be had.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Validation(pub(crate) Result<ServerValidation, Refusal>);

impl Default for Validation {
    fn default() -> Self {
        Self(Err(Refusal::unreadable()))
    }
}

impl Unit for ValidationOf {
    type Key = ObjectRef;
    type Out = Validation;
    const NAME: &'static str = "backend_tls_policy";
    const RANK: u8 = 2;

    fn compute(cx: &ReadCx<'_>, key: &ObjectRef) -> Validation {
        let Some(policy) = cx.object::<BackendTlsPolicy>(key) else { return Validation::default() };
        Validation(lower(RefCx::new(cx, key), &policy.spec.validation))
    }
}

fn lower(refs: RefCx<'_, '_>, validation: &BackendTlsPolicyValidation) -> Result<ServerValidation, Refusal> {
    let BackendTlsPolicyValidation {
        ca_certificate_refs,
        well_known_ca_certificates,
        hostname,
        subject_alt_names,
    } = validation;
    let at = FieldPath::spec().field("validation");
    let authorities =
        authorities::load(refs, ca_certificate_refs, well_known_ca_certificates.as_deref(), &at)?;
    let mut names: Vec<SubjectAltName> = subject_alt_names
        .iter()
        .filter_map(|name| match name.r#type {
            SubjectAltNameType::Hostname => Some(SubjectAltName::Dns(name.hostname.as_deref()?.into())),
            SubjectAltNameType::Uri => Some(SubjectAltName::Uri(name.uri.as_deref()?.into())),
            SubjectAltNameType::Unknown(_) => None,
        })
        .collect();
    if names.is_empty() {
        names.push(SubjectAltName::Dns(hostname.as_str().into()));
    }
    Ok(ServerValidation { hostname: hostname.as_str().into(), names, authorities })
}
