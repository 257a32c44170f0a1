//! What binding needs to know of a Gateway. Edits of a Gateway that do not show here re-run no route.

use std::sync::Arc;

use eg_api::gateway::Gateway;
use eg_diag::{Kind, ObjectRef};
use eg_ir::{IrKey, Name, Origin, listener::ClientHttp1};

use super::{
    listener::ListenerState,
    merged::ClassListeners,
    namespace::AllowedNamespaces,
    proxy_stats,
    state::{GatewayOf, GatewayState},
};
use crate::{
    engine::{ReadCx, Unit},
    fanout::ListenerKey,
    names, origin,
    policy::client_traffic::listener::{ListenerClient, ListenerClients},
};

/// A Gateway as routes see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct BindView {
    /// The fleet that serves it.
    pub(crate) fleet: IrKey,
    /// Its listeners, those of attached listener sets after its own.
    pub(crate) listeners: Vec<BindListener>,
    /// The listener sets that name it and that it does not take.
    pub(crate) refused_sets: Vec<ObjectRef>,
    /// Whether routes keep the order in which they are written.
    pub(crate) preserve_route_order: bool,
}

/// A listener as routes see it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each of them is a fact of its own")]
pub(crate) struct BindListener {
    /// The Gateway or ListenerSet that declares it.
    pub(crate) parent: ObjectRef,
    /// Its name there, which parentRefs call section.
    pub(crate) section: Name,
    /// The port it names, which parentRefs and redirects refer to.
    pub(crate) port: u16,
    pub(crate) protocol: Protocol,
    /// The hostname it is for; absent for every hostname.
    pub(crate) hostname: Option<Name>,
    /// The kinds of routes that it accepts.
    pub(crate) kinds: Vec<Kind>,
    /// The namespaces whose routes it accepts.
    pub(crate) namespaces: AllowedNamespaces,
    /// Whether it is valid enough to serve routes. Routes bind to it all the same, and say so in their status.
    pub(crate) ready: bool,
    /// Whether the policy for its clients could not be lowered, so that its routes answer 500.
    pub(crate) closed: bool,
    /// How its clients speak HTTP/1, as the backends of its routes do then.
    pub(crate) http1: Option<Arc<ClientHttp1>>,
    /// Whether clients are told that there is HTTP/3.
    pub(crate) http3: bool,
    /// Whether clients are not told how many requests they may send.
    pub(crate) hides_limits: bool,
    /// The name of the IR listener.
    pub(crate) ir_name: Name,
    /// The name of the route table that serves it.
    pub(crate) table: Name,
    /// Hostnames of other listeners on the same port, whose requests this one must not serve.
    pub(crate) isolated_from: Vec<Name>,
    /// Where it came from, without the generation of the Gateway, which every edit of it changes.
    pub(crate) origin: Arc<Origin>,
}

/// The protocol of a listener.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Protocol {
    Http,
    Https,
    /// TLS that is terminated, or passed through.
    Tls {
        passthrough: bool,
    },
    Tcp,
    Udp,
}

/// The view of a Gateway; `None` when it is not ours.
pub(crate) struct BindViewOf;

impl Unit for BindViewOf {
    type Key = ObjectRef;
    type Out = Option<Arc<BindView>>;
    const NAME: &'static str = "bind_view";
    const RANK: u8 = 6;

    fn compute(cx: &ReadCx<'_>, key: &ObjectRef) -> Self::Out {
        let state = cx.unit::<GatewayOf>(key);
        // A Gateway that is not accepted is no parent of routes.
        let state = state.as_ref().as_ref().filter(|state| state.problem.is_none())?;
        let gateway = cx.object::<Gateway>(key)?;
        let origin = Origin { generation: 0, ..origin::of(&*gateway) };
        let clients = cx.unit::<ListenerClients>(key);
        let listeners = state.listeners.iter().map(|listener| {
            let ListenerClient { settings, closed, .. } = clients.of(&listener.key());
            BindListener {
                closed,
                http1: settings.http1.clone(),
                http3: settings.http3,
                hides_limits: settings.headers.no_rate_limit_headers,
                ..bind_listener(cx, key, state, &origin, listener)
            }
        });
        Some(Arc::new(BindView::of(state, listeners.collect())))
    }
}

/// What virtual hosts have from their Gateway.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct HostView {
    /// The generation of the Gateway; 0 when there is none.
    pub(crate) generation: i64,
    /// Whether they have statistics of their own.
    pub(crate) stats: bool,
}

/// What virtual hosts have from a Gateway, so that what else changes in it re-runs none of them.
pub(crate) struct HostViewOf;

impl Unit for HostViewOf {
    type Key = ObjectRef;
    type Out = HostView;
    const NAME: &'static str = "host_view";
    const RANK: u8 = 5;

    fn compute(cx: &ReadCx<'_>, key: &ObjectRef) -> HostView {
        let state = cx.unit::<GatewayOf>(key);
        let proxy = state.as_ref().as_ref().and_then(|state| state.proxy.as_ref());
        HostView {
            generation: cx.get_any(key).map(|object| object.meta().generation()).unwrap_or_default(),
            stats: proxy.is_some_and(|proxy| proxy_stats::virtual_hosts(&proxy.spec)),
        }
    }
}

impl BindListener {
    /// What tells it apart from others.
    pub(crate) fn key(&self) -> ListenerKey {
        (self.parent.clone(), Arc::clone(&self.section))
    }
}

impl BindView {
    fn of(state: &GatewayState, listeners: Vec<BindListener>) -> Self {
        let refused = state.sets.iter().filter(|set| !set.allowed);
        let proxy = state.proxy.as_ref();
        Self {
            fleet: state.fleet.clone(),
            listeners,
            refused_sets: refused.map(|set| set.object.clone()).collect(),
            preserve_route_order: proxy.and_then(|proxy| proxy.spec.preserve_route_order).unwrap_or(false),
        }
    }

    /// The view with the listeners alone that a reference names.
    pub(crate) fn named_by(&self, ParentKey { gateway: _, parent, section, port }: &ParentKey) -> Self {
        let is_named = |listener: &&BindListener| {
            listener.parent == *parent
                && section.as_ref().is_none_or(|section| *section == listener.section)
                && port.is_none_or(|port| port == i32::from(listener.port))
        };
        Self {
            fleet: self.fleet.clone(),
            listeners: self.listeners.iter().filter(is_named).cloned().collect(),
            refused_sets: Vec::new(),
            preserve_route_order: self.preserve_route_order,
        }
    }

    /// The view of a Gateway as if it had this listener alone, and no policy.
    pub(crate) fn of_one(
        cx: &ReadCx<'_>,
        gateway: &ObjectRef,
        state: &GatewayState,
        listener: &ListenerState,
    ) -> Self {
        let listener = bind_listener(cx, gateway, state, &Origin::default(), listener);
        Self::of(state, vec![listener])
    }
}

/// What a reference to a parent names.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct ParentKey {
    /// The Gateway whose listeners the parent has or adds to.
    pub(crate) gateway: ObjectRef,
    /// The Gateway itself, or a listener set.
    pub(crate) parent: ObjectRef,
    /// The section that is named; absent for all.
    pub(crate) section: Option<Name>,
    /// The port that is named; absent for all.
    pub(crate) port: Option<i32>,
}

/// The view of a Gateway with the listeners alone that a reference names, so that edits of other listeners re-run no route;
/// `None` when the Gateway is not ours, or does not take the listener set.
pub(crate) struct ParentView;

impl Unit for ParentView {
    type Key = ParentKey;
    type Out = Option<Arc<BindView>>;
    const NAME: &'static str = "parent_view";
    const RANK: u8 = 7;

    fn compute(cx: &ReadCx<'_>, key: &ParentKey) -> Self::Out {
        let view = cx.unit::<BindViewOf>(&key.gateway);
        let view = view.as_ref().as_ref().filter(|view| !view.refused_sets.contains(&key.parent))?;
        Some(Arc::new(view.named_by(key)))
    }
}

fn bind_listener(
    cx: &ReadCx<'_>,
    gateway: &ObjectRef,
    state: &GatewayState,
    origin: &Origin,
    listener: &ListenerState,
) -> BindListener {
    let ir_name = listener.ir_name(gateway);
    BindListener {
        parent: listener.parent.clone(),
        section: listener.section.clone(),
        port: listener.port,
        // A listener whose protocol is not supported accepts no kind of route.
        protocol: listener.protocol.unwrap_or(Protocol::Http),
        hostname: listener.hostname.clone(),
        kinds: listener.kinds.clone(),
        namespaces: listener.namespaces.clone(),
        ready: listener.ready(),
        closed: false,
        http1: None,
        http3: false,
        hides_limits: false,
        table: table(cx, gateway, state, listener, &ir_name),
        isolated_from: hostnames_beside(cx, gateway, state, listener).into_iter().flatten().collect(),
        origin: Arc::new(origin.clone().section(listener.section.clone())),
        ir_name,
    }
}

/// Hostnames of the other listeners that share the port with this one, also those of other Gateways of its fleet; `None` for
/// a listener that is for every hostname.
pub(super) fn hostnames_beside(
    cx: &ReadCx<'_>,
    gateway: &ObjectRef,
    state: &GatewayState,
    listener: &ListenerState,
) -> Vec<Option<Name>> {
    let on_port = |other: &&ListenerState| other.port == listener.port && other.key() != listener.key();
    let hostname = |other: &ListenerState| other.hostname.clone();
    let mut names: Vec<Option<Name>> = state.listeners.iter().filter(on_port).map(hostname).collect();
    if state.class.merged {
        let gateways = cx.unit::<ClassListeners>(&state.class.name);
        let others = gateways.iter().filter(|(other, _)| other != gateway);
        let served = others.flat_map(|(_, listeners)| listeners.iter()).filter(|other| other.ready());
        names.extend(served.filter(on_port).map(hostname));
    }
    names
}

/// The route table of a listener: its own for HTTPS; for plain HTTP that of its port, named after the first listener there.
pub(super) fn table(
    cx: &ReadCx<'_>,
    gateway: &ObjectRef,
    state: &GatewayState,
    listener: &ListenerState,
    ir_name: &Name,
) -> Name {
    if listener.protocol != Some(Protocol::Http) {
        return ir_name.clone();
    }
    if names::by_port(&cx.env().settings) {
        return names::of_port("http", listener.port);
    }
    let first = |key: &ObjectRef, listeners: &[ListenerState]| {
        let on_port = |other: &&ListenerState| {
            other.ready() && other.protocol == Some(Protocol::Http) && other.port == listener.port
        };
        listeners.iter().find(on_port).map(|other| other.ir_name(key))
    };
    let shared = if state.class.merged {
        let gateways = cx.unit::<ClassListeners>(&state.class.name);
        gateways.iter().find_map(|(key, listeners)| first(key, listeners))
    } else {
        first(gateway, &state.listeners)
    };
    shared.unwrap_or_else(|| ir_name.clone())
}
