//! What a backend and its BackendTLSPolicy say about TLS towards it.
//!
//! API: `Backend.spec.tls` and BackendTLSPolicy. The policy wins where both say something; `insecureSkipVerify` is not
//! for the policy to say. A backend that asks for TLS in a way that cannot be followed gets no traffic, because plain text or
//! unchecked certificates would be worse.

use std::sync::Arc;

use eg_api::v1alpha1::{BackendTlsSettings, TlsSettings};
use eg_diag::{Code, FieldPath, ObjectRef};
use eg_ir::{
    Name, Secret,
    cluster::{ServerName, SubjectAltName},
};

use super::Problem;
use crate::{
    engine::ReadCx,
    policy::backend_tls::{ServerValidation, ValidationOf, authorities, policies_for},
    refs::{RefCx, client_certificate},
};

static INVALID_TLS: Code = Code::error("invalid-backend-tls", "ResolvedRefs", "InvalidBackendTLS");

/// TLS towards a backend, before what its Gateway adds to it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct BackendTls {
    pub(crate) server_name: ServerName,
    /// The authorities that sign the certificate; without them, every certificate is accepted.
    pub(crate) authorities: Option<Arc<Secret>>,
    /// The names that the certificate may be for; none where the server name decides.
    pub(crate) names: Vec<SubjectAltName>,
    pub(crate) client_certificate: Option<Arc<Secret>>,
    pub(crate) settings: TlsSettings,
}

/// How TLS is spoken to a backend, or why that is not known; `None` for plain text.
type Outcome = Result<Option<Arc<BackendTls>>, Problem>;

/// A problem with TLS.
pub(crate) fn problem(message: impl Into<String>) -> Problem {
    Problem::new(&INVALID_TLS, message)
}

/// The policies that target a port of a backend, the one that applies first, and what they and the backend itself say.
pub(super) fn resolve(
    cx: &ReadCx<'_>,
    backend: &ObjectRef,
    section: Option<&Name>,
    own: Option<&BackendTlsSettings>,
) -> (Arc<Vec<ObjectRef>>, Outcome) {
    let policies = policies_for(cx, backend, section);
    let tls = match policies.first() {
        Some(policy) => match &cx.unit::<ValidationOf>(policy).0 {
            Ok(validation) => merged(cx, backend, own, Some(validation)).map(Some),
            Err(refusal) => Err(problem(format!("{policy}: {}", refusal.message()))),
        },
        None => own.map(|own| merged(cx, backend, Some(own), None)).transpose(),
    };
    (policies, tls.map(|tls| tls.map(Arc::new)))
}

fn merged(
    cx: &ReadCx<'_>,
    backend: &ObjectRef,
    own: Option<&BackendTlsSettings>,
    policy: Option<&ServerValidation>,
) -> Result<BackendTls, Problem> {
    let Some(own) = own else {
        return Ok(policy.map(|policy| validated(policy, BackendTls::default())).unwrap_or_default());
    };
    let refs = RefCx::new(cx, backend);
    let client_certificate = match &own.client_certificate_ref {
        Some(reference) => Some(client_certificate(refs, reference)?),
        None => None,
    };
    let tls = BackendTls { client_certificate, settings: own.tls.clone(), ..BackendTls::default() };
    let skips = own.insecure_skip_verify.unwrap_or(false);
    let mut tls = match policy {
        Some(policy) => validated(policy, tls),
        None => BackendTls {
            authorities: if skips { None } else { Some(own_authorities(refs, own)?) },
            names: own.sni.as_deref().map(|sni| SubjectAltName::Dns(sni.into())).into_iter().collect(),
            server_name: server_name(own),
            ..tls
        },
    };
    if skips {
        tls.authorities = None;
    }
    Ok(tls)
}

/// What a policy says goes before what is there.
fn validated(policy: &ServerValidation, tls: BackendTls) -> BackendTls {
    BackendTls {
        server_name: ServerName::Fixed(policy.hostname.clone()),
        authorities: Some(Arc::clone(&policy.authorities)),
        names: policy.names.clone(),
        ..tls
    }
}

fn server_name(own: &BackendTlsSettings) -> ServerName {
    match &own.sni {
        Some(sni) => ServerName::Fixed(sni.as_str().into()),
        None if own.auto_sni_from_endpoint_hostname.unwrap_or(false) => ServerName::FromEndpoint,
        None => ServerName::FromRequest,
    }
}

fn own_authorities(refs: RefCx<'_, '_>, own: &BackendTlsSettings) -> Result<Arc<Secret>, Problem> {
    let at = FieldPath::spec().field("tls");
    let system = own.well_known_ca_certificates.as_deref();
    authorities::load(refs, &own.ca_certificate_refs, system, &at)
        .map_err(|refusal| problem(format!("{}: {}", refs.from(), refusal.message())))
}

/// A certificate in the namespace of the Backend.
fn client_certificate(
    refs: RefCx<'_, '_>,
    reference: &eg_api::gateway::SecretObjectReference,
) -> Result<Arc<Secret>, Problem> {
    let from = refs.from();
    if reference.namespace.as_deref().is_some_and(|namespace| *namespace != *from.namespace) {
        let message =
            format!("{from}: spec.tls.clientCertificateRef must stay in the namespace of the Backend");
        return Err(problem(message));
    }
    client_certificate::resolve(refs, reference)
        .map_err(|reason| problem(format!("{from}: spec.tls.clientCertificateRef: {}", reason.message())))
}
