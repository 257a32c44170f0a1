//! Destinations: the clusters of the backends of a rule.
//!
//! API: `spec.rules[].backendRefs` of all kinds of routes. Envoy: clusters and their endpoints. Backends without a peculiarity share one cluster, with a locality for each of them. Each has a cluster of its own when
//! one of them is invalid, has filters, or is found by another kind of discovery. A share of requests goes to invalid
//! backends, and is answered with 500; when all valid backends are without endpoints, requests are answered with 503. A
//! backend that is found by the host of each request is the only one of its rule.

use std::{net::IpAddr, sync::Arc};

use eg_api::core::Service;
use eg_diag::{Code, Diagnostic, FieldPath};
use eg_ir::{
    Name, Origin, Secret,
    cluster::{Cluster, Endpoint, EndpointAddress, UpstreamProtocol},
    route::{BackendFilters, CredentialInjection, DirectResponse, Forward, RouteAction, WeightedCluster},
};
use eg_resources::Object;

use crate::{
    endpoint::{Addressing, SliceSummary},
    engine::ReadCx,
    fanout::EndpointPlan,
    gateway::{Routing, RoutingOf},
    names,
    policy::{
        ancestor::Consumer,
        backend_tls::{self, defaults::PlannedTls},
    },
    refs::backend::{Addresses, Backend, BackendKey, BackendOf, Problem},
    route::routing::RuleRouting,
};

mod cluster;
mod service;

static NO_ENDPOINTS: Code = Code::error("no-endpoints", "BackendsAvailable", "EndpointsNotFound");
static NO_RESOLVER: Code = Code::error("unsupported-dynamic-resolver", "ResolvedRefs", "UnsupportedValue");
static SHARED_RESOLVER: Code = Code::error("dynamic-resolver-not-alone", "ResolvedRefs", "InvalidBackendRef");
/// Routes of connections and datagrams say with this condition that a backend has no endpoints.
static NO_STREAM_ENDPOINTS: Code = Code::error("no-stream-endpoints", "ResolvedRefs", "EndpointsNotFound");
static MIXED_SLICES: Code = Code::error("mixed-endpoint-slices", "ResolvedRefs", "UnsupportedAddressType");

static SOCKET: Code = Code::error("backend-is-a-socket", "ResolvedRefs", "UnsupportedAddressType");

/// What is answered when all backends are invalid.
const INVALID: u16 = 500;
/// What is answered when no backend has endpoints.
const UNAVAILABLE: u16 = 503;

/// A cluster that a rule leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PlannedCluster {
    /// The position of the rule.
    pub(crate) rule: u32,
    pub(crate) cluster: Arc<Cluster>,
    /// Where its endpoints come from, unless it resolves them itself.
    pub(crate) endpoints: Option<Arc<EndpointPlan>>,
    /// The secrets that it names.
    pub(crate) secrets: Vec<Arc<Secret>>,
}

/// One backend reference of a rule after its checks.
pub(crate) struct Setting {
    name: Name,
    weight: u32,
    changes: BackendChanges,
    /// `None` when the reference or one of its filters is invalid.
    backend: Option<Reachable>,
}

/// What is done to the requests of one backend reference.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct BackendChanges {
    pub(crate) filters: BackendFilters,
    /// The credential that is added to them, with the secret that has it.
    pub(crate) credential: Option<(Arc<CredentialInjection>, Arc<Secret>)>,
}

impl BackendChanges {
    /// Whether nothing is done to them.
    fn is_empty(&self) -> bool {
        self.filters.is_empty() && self.credential.is_none()
    }
}

impl From<BackendFilters> for BackendChanges {
    fn from(filters: BackendFilters) -> Self {
        Self { filters, credential: None }
    }
}

/// A backend and how its endpoints are addressed.
struct Reachable {
    backend: Backend,
    addressing: Addressing,
    /// How TLS is spoken to it; `None` for plain text.
    tls: Option<PlannedTls>,
}

/// Resolves the references of a rule one after the other.
pub(crate) struct Destination<'c, 'e> {
    cx: &'c ReadCx<'e>,
    consumer: Consumer<'c>,
    name: Name,
    /// What its backends speak at least, whatever they say themselves.
    protocol: UpstreamProtocol,
    /// Whether it leads to Services or to their endpoints; absent to do as the EnvoyProxy says.
    routing: Option<RuleRouting<'c>>,
    /// Whether a backend may find its endpoints by the host or server name that is asked for.
    resolves: bool,
    /// Whether its backends may be Unix sockets.
    sockets: bool,
    /// Whether a backend of a hostname is asked for by that name, where nothing says another one.
    names_servers: bool,
    settings: Vec<Setting>,
    pub(crate) problems: Vec<Diagnostic>,
}

impl<'c, 'e> Destination<'c, 'e> {
    /// A destination of a rule, of this name and without backends, which will speak this protocol at least.
    pub(crate) fn new(
        cx: &'c ReadCx<'e>,
        consumer: Consumer<'c>,
        name: Name,
        protocol: UpstreamProtocol,
        routing: RuleRouting<'c>,
    ) -> Self {
        Self { routing: Some(routing), ..Self::of_proxy(cx, consumer, name, protocol) }
    }

    fn of_proxy(cx: &'c ReadCx<'e>, consumer: Consumer<'c>, name: Name, protocol: UpstreamProtocol) -> Self {
        Self {
            cx,
            consumer,
            name,
            protocol,
            routing: None,
            resolves: false,
            sockets: false,
            names_servers: false,
            settings: Vec::new(),
            problems: Vec::new(),
        }
    }

    /// The same, whose backends may find their endpoints by the host or server name that is asked for.
    #[must_use]
    pub(crate) fn resolving(self, resolves: bool) -> Self {
        Self { resolves, ..self }
    }

    /// A destination of requests that the proxy makes itself. Its backends may be Unix sockets.
    pub(crate) fn of_service(
        cx: &'c ReadCx<'e>,
        consumer: Consumer<'c>,
        name: Name,
        protocol: UpstreamProtocol,
    ) -> Self {
        Self { sockets: true, ..Self::of_proxy(cx, consumer, name, protocol) }
    }

    /// Adds a reference. One of weight 0 is checked, but gets no requests.
    pub(crate) fn add(
        &mut self,
        name: Name,
        key: Result<BackendKey, Problem>,
        weight: i32,
        changes: Result<impl Into<BackendChanges>, Diagnostic>,
        path: &FieldPath,
    ) {
        let weight = u32::try_from(weight).unwrap_or(0);
        let resolved = changes.and_then(|changes| Ok((self.reach(key, path)?, changes.into())));
        let (backend, changes) = match resolved {
            Ok((reachable, changes)) => (Some(reachable), changes),
            Err(problem) => {
                self.problems.push(problem);
                (None, BackendChanges::default())
            }
        };
        if weight == 0 {
            return;
        }
        if let Some(Reachable { backend, addressing: Addressing::Empty, .. }) = &backend {
            let message = format!("{} has no endpoints that are ready", backend.origin.object);
            let is_stream = self.protocol == UpstreamProtocol::Opaque;
            let code = if is_stream { &NO_STREAM_ENDPOINTS } else { &NO_ENDPOINTS };
            self.problems.push(Diagnostic::new(code, path.clone(), message));
        }
        self.settings.push(Setting { name, weight, changes, backend });
    }

    /// Adds a host that no object stands for.
    pub(crate) fn add_host(&mut self, name: Name, host: &str, port: u16) {
        let endpoint = Endpoint {
            address: EndpointAddress::Socket { host: host.into(), port },
            hostname: None,
            draining: false,
        };
        let is_address = host.parse::<IpAddr>().is_ok();
        let backend = Backend {
            origin: Origin::default(),
            protocol: UpstreamProtocol::default(),
            fallback: false,
            zone_aware: None,
            addresses: if is_address {
                Addresses::Fixed(vec![endpoint])
            } else {
                Addresses::Hostnames(vec![endpoint])
            },
            service: Vec::new(),
            policies: Arc::default(),
            tls: Ok(None),
        };
        let addressing = if is_address { Addressing::Ip } else { Addressing::Hostnames };
        let backend = Some(Reachable { backend, addressing, tls: None });
        self.settings.push(Setting { name, weight: 1, changes: BackendChanges::default(), backend });
    }

    /// The host by which requests that the proxy makes itself name the first backend.
    pub(crate) fn authority(&self) -> Option<String> {
        let backend = &self.reachable().next()?.backend;
        let object = &backend.origin.object;
        match &backend.addresses {
            Addresses::Hostnames(_) => service::hostname(&backend.addresses).map(ToString::to_string),
            _ if object.kind == Service::KIND => Some(format!("{}.{}.svc", object.name, object.namespace)),
            _ => None,
        }
    }

    /// Whether requests go where their host says.
    pub(crate) fn by_host(&self) -> bool {
        self.settings.iter().any(Setting::is_dynamic)
    }

    /// Refuses backends that are found by the host of each request, where something does not go with it.
    pub(crate) fn refuse_by_host(&mut self, problem: Diagnostic) {
        for setting in self.settings.iter_mut().filter(|setting| setting.is_dynamic()) {
            setting.backend = None;
        }
        self.problems.push(problem);
    }

    /// Refuses all backends if one of several is found by the host of each request.
    pub(crate) fn check_only(&mut self, path: &FieldPath) {
        if self.settings.len() > 1 && self.by_host() {
            let message = "a Backend of type DynamicResolver must be the only backend of a rule";
            self.problems.push(Diagnostic::new(&SHARED_RESOLVER, path.clone(), message));
            for setting in &mut self.settings {
                setting.backend = None;
            }
        }
    }

    fn reachable(&self) -> impl Iterator<Item = &Reachable> {
        self.settings.iter().filter_map(|setting| setting.backend.as_ref())
    }

    fn routing(&self) -> Routing {
        match &self.routing {
            Some(rule) => rule.find(),
            None => self.cx.unit::<RoutingOf>(self.consumer.gateway).of_proxy,
        }
    }

    fn reach(&self, key: Result<BackendKey, Problem>, path: &FieldPath) -> Result<Reachable, Diagnostic> {
        let at = |problem: &Problem| problem.at(path);
        let resolved = self.cx.unit::<BackendOf>(&key.map_err(|problem| at(&problem))?);
        let mut backend = resolved.0.as_ref().map_err(at)?.clone();
        if !backend.service.is_empty() && self.routing() == Routing::Service {
            backend.addresses = Addresses::Fixed(std::mem::take(&mut backend.service));
        }
        if !self.sockets && has_sockets(&backend.addresses) {
            let message = format!("{} is a Unix socket, to which routes do not lead", backend.origin.object);
            return Err(Diagnostic::new(&SOCKET, path.clone(), message));
        }
        let addressing = match &backend.addresses {
            Addresses::Slices(port) => *self.cx.unit::<SliceSummary>(port),
            Addresses::Fixed(endpoints) | Addresses::Hostnames(endpoints) if endpoints.is_empty() => {
                Addressing::Empty
            }
            Addresses::Fixed(_) => Addressing::Ip,
            Addresses::Hostnames(_) => Addressing::Hostnames,
            Addresses::Dynamic if self.resolves => Addressing::Hostnames,
            Addresses::Dynamic => {
                let message = format!(
                    "{} finds its endpoints by the host that is asked for, which this kind of route cannot use",
                    backend.origin.object
                );
                return Err(Diagnostic::new(&NO_RESOLVER, path.clone(), message));
            }
        };
        if addressing == Addressing::Mixed {
            let message =
                format!("{} has EndpointSlices of hostnames and of IP addresses", backend.origin.object);
            return Err(Diagnostic::new(&MIXED_SLICES, path.clone(), message));
        }
        self.consumer.uses(self.cx, &backend.policies);
        let complete = |tls: &Arc<_>| backend_tls::defaults::complete(self.cx, self.consumer.gateway, tls);
        let tls = backend.tls.as_ref().map_err(at)?.as_ref();
        let mut tls = tls.map(complete).transpose().map_err(|problem| at(&problem))?;
        if let Some(tls) = tls.as_mut().filter(|_| self.names_servers) {
            service::name_server(tls, &backend.addresses);
        }
        Ok(Reachable { backend, addressing, tls })
    }

    /// Where requests go, and the clusters for it.
    pub(crate) fn finish(self, rule: u32, origin: &Origin) -> (RouteAction, Vec<PlannedCluster>) {
        let valid: Vec<(&Setting, &Reachable)> =
            self.settings.iter().filter_map(|setting| Some((setting, setting.backend.as_ref()?))).collect();
        if valid.is_empty() {
            return (answer(INVALID), Vec::new());
        }
        if valid.iter().all(|(_, reachable)| reachable.addressing == Addressing::Empty) {
            return (answer(UNAVAILABLE), Vec::new());
        }
        let invalid = self.settings.iter().filter(|setting| setting.backend.is_none());
        let invalid_weight = invalid.fold(0_u32, |sum, setting| sum.saturating_add(setting.weight));
        let hostnames = |(_, reachable): &&(_, &Reachable)| reachable.addressing == Addressing::Hostnames;
        let of_hostnames = valid.iter().filter(hostnames).count();
        let apart = invalid_weight > 0
            || (of_hostnames != 0 && of_hostnames != valid.len())
            || valid.iter().any(|(setting, _)| !setting.changes.is_empty());
        let weighted = |name: &Name, weight, filters: &BackendFilters| WeightedCluster {
            name: name.clone(),
            weight,
            filters: (!filters.is_empty()).then(|| Box::new(filters.clone())),
        };
        let (clusters, planned) = if apart {
            let clusters =
                valid.iter().map(|(s, _)| weighted(&s.name, s.weight, &s.changes.filters)).collect();
            let planned = self
                .settings
                .iter()
                .map(|setting| self.cluster(&setting.name, rule, origin, std::slice::from_ref(setting)));
            (clusters, planned.collect())
        } else {
            let weight = valid.iter().fold(0_u32, |sum, (setting, _)| sum.saturating_add(setting.weight));
            let clusters = vec![weighted(&self.name, weight, &BackendFilters::default())];
            (clusters, vec![self.cluster(&self.name, rule, origin, &self.settings)])
        };
        let by_host = self.by_host();
        (RouteAction::Forward(Forward { clusters, invalid_weight, by_host }), planned)
    }

    /// The cluster of a service that the proxy asks; `None` when all of its backends are invalid.
    pub(crate) fn finish_service(mut self, origin: &Origin) -> Option<PlannedCluster> {
        self.settings.retain(|setting| setting.backend.is_some());
        (!self.settings.is_empty()).then(|| self.cluster(&self.name, 0, origin, &self.settings))
    }

    /// The cluster of a route of connections or datagrams. Backends that are invalid or without endpoints are no part of it,
    /// so that the others get their share; when there is none, all are turned away.
    /// The problem, if there is one, is about all of them.
    pub(crate) fn finish_stream(mut self, origin: &Origin) -> (PlannedCluster, Option<Diagnostic>) {
        let has_endpoints = |reachable: &Reachable| reachable.addressing != Addressing::Empty;
        self.settings.retain(|setting| setting.backend.as_ref().is_some_and(has_endpoints));
        let problem = (self.settings.len() > 1 && self.settings.iter().any(Setting::is_dynamic)).then(|| {
            self.settings.clear();
            let message =
                "a backend that finds its endpoints by the host that is asked for must be the only one";
            Diagnostic::new(&SHARED_RESOLVER, FieldPath::spec().field("rules"), message)
        });
        (self.cluster(&self.name, 0, origin, &self.settings), problem)
    }

    /// The cluster of a mirror, whose name says all there is to say of its origin; `None` when it would be empty.
    pub(crate) fn finish_mirror(self, rule: u32) -> Option<PlannedCluster> {
        let reachable = self.settings.first()?.backend.as_ref()?;
        if reachable.addressing == Addressing::Empty {
            return None;
        }
        Some(self.cluster(&self.name, rule, &Origin::default(), &self.settings))
    }
}

impl Setting {
    /// Whether its endpoints are whatever is asked for.
    fn is_dynamic(&self) -> bool {
        self.backend.as_ref().is_some_and(|reachable| reachable.backend.addresses == Addresses::Dynamic)
    }

    /// The name of the TLS profile that is spoken to the backend at this position in its cluster.
    fn tls_profile(&self, cluster: &Name, position: usize) -> Option<Name> {
        self.backend.as_ref()?.tls.as_ref().map(|_| names::tls_profile(cluster, position))
    }
}

fn has_sockets(addresses: &Addresses) -> bool {
    let is_socket = |endpoint: &Endpoint| matches!(endpoint.address, EndpointAddress::Unix(_));
    matches!(addresses, Addresses::Fixed(endpoints) if endpoints.iter().any(is_socket))
}

fn answer(status: u16) -> RouteAction {
    RouteAction::DirectResponse(DirectResponse { status, body: None })
}
