//! Services that proxies ask on behalf of a policy.
//!
//! API: `backendRefs` and the deprecated `backendRef` of what a policy has asked. All backends share one cluster, so that they
//! are either all known by hostname or all by address. A BackendTLSPolicy of a backend has the policy as its ancestor. How
//! connections are made and used is in `backendSettings`; see `backend_traffic::service`.

use eg_api::{
    gateway::BackendReference,
    v1alpha1::{Backend, BackendCluster},
};
use eg_diag::{Code, Diagnostic, FieldPath, ObjectRef};
use eg_ir::{Name, Origin, cluster::UpstreamProtocol, route::Retry};
use eg_resources::Object;

use super::{
    ancestor::{Consumer, reference},
    backend_traffic::service,
};
use crate::{
    names,
    refs::{RefCx, backend::BackendKey},
    route::destination::{Destination, PlannedCluster},
};

static NO_BACKEND: Code = Code::error("service-without-backend", "ResolvedRefs", "BackendNotFound");

/// A service that proxies ask.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Service {
    pub(crate) cluster: PlannedCluster,
    /// The host by which requests name it.
    pub(crate) authority: String,
    /// How failed requests to it are repeated.
    pub(crate) retry: Option<Retry>,
    /// How long an answer may take, in milliseconds.
    pub(crate) request_ms: Option<u64>,
}

/// The service that a policy has asked by the proxies of a Gateway, as a cluster of this name that speaks this protocol at
/// least. The first problem if there is one; what its code says of conditions is for routes.
pub(super) fn lower(
    refs: RefCx<'_, '_>,
    gateway: &ObjectRef,
    (name, protocol): (Name, UpstreamProtocol),
    written: &BackendCluster,
    at: &FieldPath,
) -> Result<Service, Diagnostic> {
    let (cx, policy) = (refs.reads(), refs.from());
    let traffic = traffic(refs, written, at)?;
    let ancestor = reference(policy);
    let consumer = Consumer { object: policy, gateway, ancestors: std::slice::from_ref(&ancestor) };
    let mut destination = Destination::of_service(cx, consumer, name.clone(), protocol);
    let references = written.references();
    let field = at.field("backendRefs");
    for (position, reference) in references.iter().enumerate() {
        let key = BackendKey::new(policy, reference);
        let name = names::backend(&name, position);
        let fallback = reference.fallback.unwrap_or(false);
        destination.add_of_service(name, key, (reference.weight(), fallback), &field.index(position));
    }
    destination.check_addressing(&field);
    if let Some(problem) =
        destination.problems.iter().find(|problem| problem.code.condition == "ResolvedRefs")
    {
        return Err(problem.clone());
    }
    let none = || Diagnostic::new(&NO_BACKEND, field.clone(), "there is no backend that could be asked");
    let first = references.first().ok_or_else(none)?;
    let cluster = destination.finish_service(&Origin::of(policy.clone())).ok_or_else(none)?;
    Ok(Service {
        cluster: traffic.shape(cluster),
        authority: authority(refs, first),
        retry: traffic.retry,
        request_ms: traffic.request_ms,
    })
}

/// What the settings of a service come to.
pub(super) fn traffic(
    refs: RefCx<'_, '_>,
    written: &BackendCluster,
    at: &FieldPath,
) -> Result<service::ServiceTraffic, Diagnostic> {
    service::lower(refs, written.backend_settings.as_deref(), &at.field("backendSettings"))
}

/// What of the settings of a service deserves attention.
pub(super) fn warn(written: &BackendCluster, at: &FieldPath, warnings: &mut Vec<Diagnostic>) {
    service::warn(written.backend_settings.as_deref(), &at.field("backendSettings"), warnings);
}

/// The host by which requests name a service whose first backend this is: the first hostname of a Backend, or else what the
/// object is called.
fn authority(refs: RefCx<'_, '_>, reference: &impl BackendReference) -> String {
    let named = |namespace: &str| format!("{}.{namespace}", reference.name());
    let namespace = reference.namespace().unwrap_or(&refs.from().namespace);
    match (reference.kind(), reference.port()) {
        ("Backend", _) => {
            let target = refs.target(Backend::KIND, reference.namespace(), reference.name());
            let backend = refs.follow::<Backend>(&target).ok();
            let host = backend.as_ref().and_then(|backend| {
                backend.spec.endpoints.iter().find_map(|endpoint| endpoint.fqdn.as_ref())
            });
            host.map_or_else(|| named(namespace), |host| format!("{}:{}", host.hostname, host.port))
        }
        ("Service" | "ServiceImport", Some(port)) => format!("{}:{port}", named(namespace)),
        _ => named(namespace),
    }
}
