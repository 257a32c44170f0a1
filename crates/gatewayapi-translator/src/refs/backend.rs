//! Backends: what a `backendRef` leads to, without its endpoints.
//!
//! API: `backendRefs` of routes, policies and EnvoyProxies: Service, ServiceImport and Backend. A reference is checked in this order: group and kind, ReferenceGrant, existence, port, TLS. Endpoints are found apart, by
//! [`endpoint`](crate::endpoint), so that a changed endpoint re-runs no route.

use std::sync::Arc;

use eg_api::{
    core::Service,
    gateway::{BackendReference, UdpRoute},
    multicluster::ServiceImport,
    v1alpha1::Backend as BackendObject,
};
use eg_diag::{Code, Diagnostic, FieldPath, Kind, ObjectRef};
use eg_ir::{
    Origin,
    cluster::{Endpoint, UpstreamProtocol, ZoneAware},
    listener::Transport,
};
use eg_resources::Object;

use super::Granted;
use crate::{
    engine::{ReadCx, Unit},
    fanout::SlicePort,
};

mod object;
mod service;
pub(crate) mod tls;

pub(crate) use object::BackendRoot;
pub(crate) use service::{ServicePortOf, at_port, carries};
use tls::BackendTls;

static INVALID_KIND: Code = Code::error("invalid-backend-kind", "ResolvedRefs", "InvalidKind");
static NOT_PERMITTED: Code = Code::error("backend-not-permitted", "ResolvedRefs", "RefNotPermitted");
static NOT_FOUND: Code = Code::error("backend-not-found", "ResolvedRefs", "BackendNotFound");
static PORT_NOT_SPECIFIED: Code =
    Code::error("backend-port-not-specified", "ResolvedRefs", "PortNotSpecified");
static PORT_NOT_FOUND: Code = Code::error("backend-port-not-found", "ResolvedRefs", "PortNotFound");
static UNSUPPORTED: Code = Code::error("unsupported-backend", "ResolvedRefs", "UnsupportedValue");
static ADDRESS_TYPE: Code =
    Code::error("unsupported-backend-address", "ResolvedRefs", "UnsupportedAddressType");
static ADDRESS: Code = Code::error("invalid-backend-address", "ResolvedRefs", "InvalidAddress");

/// Why a reference to a backend leads nowhere. The path of the reference is added by the object that contains it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Problem {
    pub(crate) code: &'static Code,
    pub(crate) message: String,
}

impl Problem {
    fn new(code: &'static Code, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }

    /// The problem as a diagnostic about the field that contains the reference.
    pub(crate) fn at(&self, path: &FieldPath) -> Diagnostic {
        Diagnostic::new(self.code, path.clone(), self.message.clone())
    }
}

/// A backend that exists and may be referred to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Backend {
    /// The Service with its port as section, or the Backend.
    pub(crate) origin: Origin,
    pub(crate) protocol: UpstreamProtocol,
    /// Whether it is used only when others are unhealthy.
    pub(crate) fallback: bool,
    /// How endpoints near the proxy are preferred, where the backend asks for it.
    pub(crate) zone_aware: Option<ZoneAware>,
    pub(crate) addresses: Addresses,
    /// The addresses of the Service itself, where it has some.
    pub(crate) service: Vec<Endpoint>,
    /// The BackendTLSPolicies that target it, the one that applies first.
    pub(crate) policies: Arc<Vec<ObjectRef>>,
    /// How TLS is spoken to it, or why that is not known; `None` for plain text.
    pub(crate) tls: Result<Option<Arc<BackendTls>>, Problem>,
}

/// Where the endpoints of a backend come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Addresses {
    /// The EndpointSlices of a port.
    Slices(SlicePort),
    /// These IP addresses.
    Fixed(Vec<Endpoint>),
    /// These hostnames, for the proxy to resolve.
    Hostnames(Vec<Endpoint>),
    /// Whatever host a connection asks for.
    Dynamic,
}

/// What a reference leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Resolved(pub(crate) Result<Backend, Problem>);

impl Default for Resolved {
    fn default() -> Self {
        Self(Err(Problem::new(&NOT_FOUND, "the backend could not be read")))
    }
}

/// A reference to a backend, as far as it matters for what it leads to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct BackendKey {
    /// The kind and namespace of the object that refers.
    from: (Kind, Arc<str>),
    to: ObjectRef,
    port: Option<u16>,
}

impl BackendKey {
    /// The key of a reference in the object `from`.
    pub(crate) fn new(from: &ObjectRef, reference: &impl BackendReference) -> Result<Self, Problem> {
        let (group, kind) = (reference.group(), reference.kind());
        let known = [Service::KIND, ServiceImport::KIND, BackendObject::KIND];
        // The names of the kinds are enough to tell them apart, so that a wrong one of their groups is forgiven.
        let is_group = known.iter().any(|known| known.group == group);
        let Some(kind) = known.into_iter().find(|known| is_group && known.kind == kind) else {
            let named = if group.is_empty() { kind.to_owned() } else { format!("{kind} of group {group}") };
            let message = format!("{named} is not a kind of backend; Service, ServiceImport and Backend are");
            return Err(Problem::new(&INVALID_KIND, message));
        };
        let namespace = reference.namespace().map_or_else(|| Arc::clone(&from.namespace), Into::into);
        let port =
            match reference.port() {
                None => None,
                Some(port) => Some(u16::try_from(port).map_err(|_| {
                    Problem::new(&PORT_NOT_FOUND, format!("{port} is not the number of a port"))
                })?),
            };
        Ok(Self {
            from: (from.kind, Arc::clone(&from.namespace)),
            to: ObjectRef::new(kind, namespace, reference.name()),
            port,
        })
    }

    /// What the backend receives.
    fn transport(&self) -> Transport {
        if self.from.0 == UdpRoute::KIND { Transport::Udp } else { Transport::Tcp }
    }
}

/// What a reference to a backend leads to.
pub(crate) struct BackendOf;

impl Unit for BackendOf {
    type Key = BackendKey;
    type Out = Resolved;
    const NAME: &'static str = "backend";
    const RANK: u8 = 7;

    fn compute(cx: &ReadCx<'_>, key: &BackendKey) -> Resolved {
        Resolved(resolve(cx, key))
    }
}

fn resolve(cx: &ReadCx<'_>, key: &BackendKey) -> Result<Backend, Problem> {
    let BackendKey { from, to, port } = key;
    if from.1 != to.namespace && !*cx.unit::<Granted>(&(from.clone(), to.clone())) {
        let message = format!("no ReferenceGrant in namespace {} permits the use of {to}", to.namespace);
        return Err(Problem::new(&NOT_PERMITTED, message));
    }
    if to.kind == BackendObject::KIND {
        object::resolve(cx, to, *port)
    } else {
        service::resolve(cx, to, *port, key.transport())
    }
}
