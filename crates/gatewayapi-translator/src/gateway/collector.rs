//! Services that proxies report to: where access logs and traces go.
//!
//! API: `backendRefs`, `backendSettings`, and the deprecated `host` and `port` of sinks and providers of an EnvoyProxy. Their
//! backends have as addresses and TLS what those of routes have, and may be Unix sockets. A backend of a hostname that says
//! nothing of names is asked for by its hostname. An EnvoyProxy belongs to those who run the proxies, so that its references
//! need no ReferenceGrant; a BackendTLSPolicy of a backend has the EnvoyProxy as its ancestor.
//!
//! Fail mode: a Gateway one of whose references or settings is invalid serves without reports, and its status says that the
//! parameters are not accepted.

use eg_api::v1alpha1::BackendCluster;
use eg_diag::{Diagnostic, FieldPath, ObjectRef};
use eg_ir::{Name, Origin, cluster::UpstreamProtocol, route::BackendFilters};

use super::proxy::{EffectiveProxy, INVALID_PARAMETERS};
use crate::{
    engine::ReadCx,
    policy::{
        ancestor::{Consumer, reference},
        backend_traffic::service,
    },
    refs::{RefCx, backend::BackendKey},
    route::destination::{Destination, PlannedCluster},
};

/// The port of a collector that is named by its host alone.
const OTLP_PORT: i32 = 4317;

/// The proxies of a Gateway, as those who report.
#[derive(Clone, Copy)]
pub(super) struct Reporter<'c, 'e> {
    pub(super) cx: &'c ReadCx<'e>,
    pub(super) gateway: &'c ObjectRef,
    pub(super) proxy: &'c EffectiveProxy,
}

/// A service that proxies report to.
pub(super) struct Collector {
    pub(super) cluster: PlannedCluster,
    /// The host by which calls name it.
    pub(super) authority: Option<String>,
}

impl Reporter<'_, '_> {
    /// Plans the cluster of a service; `at` is the field that has it. `None` when no backend is there.
    pub(super) fn collector(
        &self,
        (name, protocol): (Name, UpstreamProtocol),
        backend: &BackendCluster,
        (host, port): (Option<&str>, Option<i32>),
        at: &FieldPath,
    ) -> Result<Option<Collector>, Diagnostic> {
        let Self { cx, gateway, proxy } = *self;
        let object = &proxy.object;
        let ancestor = reference(object);
        // The EnvoyProxy of the configuration is no object.
        let ancestors = if object.name.is_empty() { &[][..] } else { std::slice::from_ref(&ancestor) };
        let consumer = Consumer { object, gateway, ancestors };
        let settings = backend.backend_settings.as_deref();
        let traffic = service::lower(RefCx::new(cx, object), settings, &at.field("backendSettings"))?;
        let mut destination = Destination::of_service(cx, consumer, name.clone(), protocol).naming_servers();
        let of_backend = Name::from(format!("{name}/backend/-1"));
        let references = backend.references();
        let field = at.field("backendRefs");
        for (position, reference) in references.iter().enumerate() {
            let key = BackendKey::new(object, reference);
            let changes = Ok(BackendFilters::default());
            destination.add(of_backend.clone(), key, 1, changes, &field.index(position));
        }
        let host = host.filter(|_| references.is_empty());
        if let (Some(host), Ok(port)) = (host, u16::try_from(port.unwrap_or(OTLP_PORT))) {
            destination.add_host(of_backend, host, port);
        }
        let problems = std::mem::take(&mut destination.problems);
        if let Some(problem) = problems.into_iter().find(|problem| problem.code.condition == "ResolvedRefs") {
            return Err(problem);
        }
        let authority = destination.authority();
        let planned = destination.finish_service(&Origin::of(object.clone()));
        Ok(planned.map(|cluster| Collector { cluster: traffic.shape(cluster), authority }))
    }

    /// What the status of the Gateway says of a problem with its EnvoyProxy.
    pub(super) fn refusal(&self, problem: &Diagnostic) -> Diagnostic {
        let message = format!("{}: {}", self.proxy.object, problem.sentence());
        Diagnostic::new(&INVALID_PARAMETERS, FieldPath::root(), message)
    }
}
