//! TLSRoutes, TCPRoutes and UDPRoutes: connections and datagrams that go to backends as they are.
//!
//! API: `spec.rules[].backendRefs` with their weights; there are neither matches nor filters. All backends of a route share one
//! cluster. A reference that leads nowhere is left out, and the status says so; a route without any backend turns
//! everything away.
//!
//! A listener serves all its TLSRoutes, chosen by server name. Otherwise it serves one route: the oldest. Those that come
//! second are accepted and counted, and serve nothing until the first one is gone. A TCPRoute comes after all TLSRoutes.
//!
//! The only backend of a TLSRoute may be one that is found by the server name of each connection, where TLS is passed on.

use std::sync::Arc;

use eg_api::gateway::{BackendReference, ParentReference, StreamRouteRule, TcpRoute};
use eg_diag::{Code, Diagnostic, FieldPath, ObjectRef};
use eg_ir::{
    Origin,
    cluster::{Discovery, UpstreamProtocol},
    route::{BackendFilters, StreamRoute},
};
use eg_resources::Object;

use super::{
    bind::each_ready,
    destination::Destination,
    kind::{Lowered, Place, RouteKind, UnitNames},
    routing::{RouteRouting, RuleRouting},
};
use crate::{
    engine::{ReadCx, Unit},
    fanout::{FleetName, StreamClaims, StreamKind, StreamOrder, StreamRoutes, send_secret},
    gateway::{
        StreamSecrets,
        view::{BindListener, BindView, Protocol},
    },
    names, origin,
    policy::{
        ancestor::Consumer,
        backend_traffic,
        route::{Policies, Served},
        security::Security,
    },
    refs::backend::BackendKey,
};

mod tcp;
mod tls;
mod udp;

static NOT_ONE_RULE: Code = Code::error("not-one-rule", "Accepted", "InvalidRule");
static TERMINATED: Code = Code::error("dynamic-resolver-terminated", "ResolvedRefs", "UnsupportedValue");

/// A kind of route of connections or datagrams.
pub(super) trait StreamRouteKind: Object {
    /// The names of its units.
    const UNITS: UnitNames;

    /// Its place in the order of routes.
    const PLACE: StreamKind;

    /// Where it wants to attach.
    fn parent_refs(&self) -> &[ParentReference];

    /// The server names that it wants to serve; none for every name.
    fn hostnames(&self) -> &[String] {
        &[]
    }

    /// Where connections or datagrams go.
    fn rules(&self) -> &[StreamRouteRule];

    /// Whether it has a listener for itself, with everything that arrives there.
    fn is_alone(&self) -> bool {
        Self::PLACE != StreamKind::Tls
    }
}

/// The route that has a listener where there can be one alone: the first one that wants it. The others see who has it, and
/// not who else is waiting.
struct StreamOwner;

impl Unit for StreamOwner {
    type Key = FleetName;
    type Out = Option<StreamOrder>;
    const NAME: &'static str = "stream_owner";
    const RANK: u8 = 9;

    fn compute(cx: &ReadCx<'_>, key: &FleetName) -> Self::Out {
        cx.group::<StreamClaims>(key).keys().next().cloned()
    }
}

/// What the rules of a route become.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct StreamRules(Option<Arc<StreamRoute>>);

impl<R: StreamRouteKind> RouteKind for R {
    const UNITS: UnitNames = <R as StreamRouteKind>::UNITS;

    type Rules = StreamRules;

    fn parent_refs(&self) -> &[ParentReference] {
        StreamRouteKind::parent_refs(self)
    }

    fn hostnames(&self) -> &[String] {
        StreamRouteKind::hostnames(self)
    }

    fn refusal(&self) -> Option<Diagnostic> {
        let count = self.rules().len();
        (self.is_alone() && count != 1).then(|| {
            let message = format!("expected one rule, found {count}");
            Diagnostic::new(&NOT_ONE_RULE, FieldPath::spec().field("rules"), message)
        })
    }

    fn lower(&self, cx: &ReadCx<'_>, consumer: Consumer<'_>) -> Lowered<StreamRules> {
        claim(cx, consumer, self);
        lower(cx, consumer, self)
    }

    fn is_served(
        &self,
        cx: &ReadCx<'_>,
        (view, listener): (&BindView, &BindListener),
        StreamRules(route): &StreamRules,
    ) -> Result<bool, Diagnostic> {
        // A listener whose policy cannot be used forwards nothing.
        if listener.closed {
            return Ok(false);
        }
        let resolves = route.as_ref().is_some_and(|route| route.by_server_name.is_some());
        if resolves && listener.protocol != (Protocol::Tls { passthrough: true }) {
            let message = format!(
                "listener {} terminates TLS, and a backend that finds its endpoints by server name needs it passed through",
                listener.section
            );
            return Err(Diagnostic::new(&TERMINATED, FieldPath::spec().field("rules"), message));
        }
        if !self.is_alone() {
            return Ok(true);
        }
        let owner = cx.unit::<StreamOwner>(&place(view, listener));
        Ok(*owner == Some(order(self, &self.object_ref())))
    }

    fn attach(&self, cx: &ReadCx<'_>, place: &Place<'_>, StreamRules(route): &StreamRules) -> Vec<u128> {
        let Some(route) = route.as_ref() else { return Vec::new() };
        let Some(route) = secured(cx, place, route) else { return Vec::new() };
        let listener = self::place(place.view, place.listener);
        let member = (order(self, place.route), place.host.clone());
        let served = Served::by(place.route, place.listener);
        cx.send::<StreamRoutes>(
            listener,
            member,
            backend_traffic::cluster::shaped_stream(cx, served, &route),
        );
        if place.listener.protocol == (Protocol::Tls { passthrough: false }) {
            let secrets = cx.unit::<StreamSecrets>(&place.listener.origin.object);
            for secret in secrets.get(&place.listener.ir_name).into_iter().flatten() {
                send_secret(cx, place.route, place.fleet(), secret);
            }
        }
        Vec::new()
    }
}

fn place(view: &BindView, listener: &BindListener) -> FleetName {
    (view.fleet.clone(), Arc::clone(&listener.ir_name))
}

fn order<R: StreamRouteKind>(route: &R, key: &ObjectRef) -> StreamOrder {
    let created = route.meta().created().unwrap_or_default();
    (R::PLACE, created, key.namespace.clone(), key.name.clone())
}

/// A route with who may connect; `None` when a policy says that and cannot be used, so that everything is turned away.
fn secured(cx: &ReadCx<'_>, place: &Place<'_>, route: &Arc<StreamRoute>) -> Option<Arc<StreamRoute>> {
    if place.route.kind != TcpRoute::KIND {
        return Some(Arc::clone(route));
    }
    let served = Served::by(place.route, place.listener);
    let policies = Policies::<Security>::in_use(cx);
    let rule = route.origin.section.as_ref();
    let Some(security) = policies.and_then(|policies| policies.in_force(served, rule)) else {
        return Some(Arc::clone(route));
    };
    if security.lowered.is_closed() {
        return None;
    }
    let authorization = security.lowered.slot.settings.authorization.clone();
    Some(Arc::new(StreamRoute { authorization, ..StreamRoute::clone(route) }))
}

/// Says which listeners the route wants, so that it is known which one is the first.
fn claim<R: StreamRouteKind>(cx: &ReadCx<'_>, consumer: Consumer<'_>, route: &R) {
    if route.refusal().is_some() {
        return;
    }
    each_ready(cx, consumer, StreamRouteKind::hostnames(route), |view, listener| {
        cx.send::<StreamClaims>(place(view, listener), order(route, consumer.object), ());
    });
}

fn lower<R: StreamRouteKind>(cx: &ReadCx<'_>, consumer: Consumer<'_>, route: &R) -> Lowered<StreamRules> {
    let name = names::route(consumer.object);
    let cluster = names::stream_cluster(&name);
    // Rules are named by users; the only one there is stands for the route.
    let section = match route.rules() {
        [rule] if route.is_alone() => rule.name.as_deref().map(Into::into),
        _ => None,
    };
    let origin = Origin { section, ..origin::of(route) };
    let of_route = RouteRouting::new(cx, consumer, StreamRouteKind::hostnames(route));
    let routing = RuleRouting { of_route: &of_route, rule: origin.section.as_ref() };
    let destination = Destination::new(cx, consumer, cluster.clone(), UpstreamProtocol::Opaque, routing);
    let mut destination = destination.resolving(!route.is_alone());
    let mut problems = Vec::new();
    let mut count = 0;
    for (position, rule) in route.rules().iter().enumerate() {
        let path = FieldPath::spec().field("rules").index(position).field("backendRefs");
        for (index, backend) in rule.backend_refs.iter().enumerate() {
            let key = BackendKey::new(consumer.object, backend);
            let name = names::backend(&cluster, count);
            let filters = Ok(BackendFilters::default());
            destination.add(name, key, backend.weight(), filters, &path.clone().index(index));
            count += 1;
        }
        problems.extend(destination.problems.drain(..).map(|problem| (position, problem)));
    }
    let (planned, problem) = destination.finish_stream(&origin);
    problems.extend(problem.map(|problem| (0, problem)));
    let by_server_name = match &planned.cluster.discovery {
        Discovery::Dynamic(cache) => Some(cache.clone()),
        _ => None,
    };
    Lowered {
        rules: StreamRules(Some(Arc::new(StreamRoute {
            name,
            origin,
            cluster,
            by_server_name,
            hashes_source_ip: false,
            authorization: None,
        }))),
        count: route.rules().len(),
        problems,
        clusters: vec![planned],
    }
}
