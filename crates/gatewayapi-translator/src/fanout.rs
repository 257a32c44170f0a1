//! What units send to each other: the collections to which many objects contribute.

use std::sync::Arc;

use eg_diag::ObjectRef;
use eg_ir::{
    Extension, FeatureId, IrKey, Name, Origin, Secret, SecretContent,
    cluster::{Cluster, Endpoint, HealthTarget},
    infra::InfraListener,
    listener::{HttpServer, StreamServer, TerminateTls, Transport},
    patch::{PatchOrder, PatchPolicy},
    route::{Auth, HttpRoute, RouteOrder, StreamRoute},
};

use crate::engine::{Group, ReadCx};

/// A virtual host: fleet, route table, domain.
pub(crate) type HostKey = (IrKey, Name, Name);

/// The routes of a virtual host, in the order in which they are tried.
pub(crate) struct HostRoutes;

impl Group for HostRoutes {
    type Key = HostKey;
    type Member = RouteOrder;
    type Value = Arc<HttpRoute>;
}

/// The listeners to which a virtual host belongs, once for each route that is attached there. The first one names it.
pub(crate) struct HostOwners;

impl Group for HostOwners {
    type Key = HostKey;
    /// The name of the IR listener, and the route.
    type Member = (Name, ObjectRef);
    /// The gateway listener.
    type Value = Arc<Origin>;
}

/// Something of a fleet that has a name: a cluster, a secret, a route table.
pub(crate) type FleetName = (IrKey, Name);

/// Who needs a cluster: the object, and the position of the rule in it (or 0).
pub(crate) type Needer = (ObjectRef, u32);

/// The clusters of a fleet. Where several need one of the same name, the first one's is used.
pub(crate) struct Clusters;

impl Group for Clusters {
    type Key = FleetName;
    type Member = Needer;
    type Value = Arc<Cluster>;
}

/// Where the endpoints of a cluster come from, for clusters whose endpoints are sent apart.
pub(crate) struct EndpointPlans;

impl Group for EndpointPlans {
    type Key = FleetName;
    type Member = Needer;
    type Value = Arc<EndpointPlan>;
}

/// Where the endpoints of a cluster come from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct EndpointPlan {
    pub(crate) localities: Vec<LocalityPlan>,
    /// Where health is asked for.
    pub(crate) health: HealthTarget,
}

/// Where the endpoints of one backend reference come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct LocalityPlan {
    /// The name of the backend reference, which becomes the region where zones do not count.
    pub(crate) name: Name,
    pub(crate) weight: u32,
    pub(crate) priority: u32,
    /// Whether endpoints are grouped by their zone.
    pub(crate) by_zone: bool,
    pub(crate) origin: Origin,
    /// The TLS profile of the cluster that is spoken to them, if one is.
    pub(crate) tls: Option<Name>,
    pub(crate) source: EndpointSource,
}

/// Where endpoints come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum EndpointSource {
    /// The EndpointSlices of a port.
    Slices(SlicePort),
    /// These.
    Fixed(Vec<Endpoint>),
}

/// A port of a Service or ServiceImport, whose EndpointSlices say where its endpoints are.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct SlicePort {
    pub(crate) service: ObjectRef,
    /// The port of the Service, not of its endpoints.
    pub(crate) port: u16,
    /// What it carries; a port of TCP and one of UDP may have the same number.
    pub(crate) transport: Transport,
}

/// A match on a domain of a listener: a hash of fleet, IR listener, domain and match.
pub(crate) type MatchKey = u128;

/// The routes that have the same match on the same domain of a listener.
pub(crate) struct SameMatches;

impl Group for SameMatches {
    type Key = MatchKey;
    type Member = ObjectRef;
    type Value = ();
}

/// The secrets of a fleet.
pub(crate) struct Secrets;

impl Group for Secrets {
    type Key = FleetName;
    /// The gateway, listener set or policy that uses it.
    type Member = ObjectRef;
    type Value = Arc<Secret>;
}

/// The patches of a fleet, in order.
pub(crate) struct Patches;

impl Group for Patches {
    type Key = IrKey;
    type Member = PatchOrder;
    type Value = Arc<PatchPolicy>;
}

/// Sends a secret that an object uses, or the cluster of the server that has it.
pub(crate) fn send_secret(cx: &ReadCx<'_>, user: &ObjectRef, fleet: &IrKey, secret: &Arc<Secret>) {
    match &secret.content {
        SecretContent::Elsewhere(server) => {
            cx.send::<Clusters>((fleet.clone(), server.name.clone()), (user.clone(), 0), Arc::clone(server));
        }
        _ => cx.send::<Secrets>((fleet.clone(), secret.name.clone()), user.clone(), Arc::clone(secret)),
    }
}

/// A gateway listener, or an entry of a listener set.
pub(crate) type ListenerKey = (ObjectRef, Name);

/// The routes attached to a listener; their number is part of its status.
pub(crate) struct AttachedRoutes;

impl Group for AttachedRoutes {
    type Key = ListenerKey;
    type Member = ObjectRef;
    type Value = ();
}

/// The route tables of a fleet, as long as a listener serves them.
pub(crate) struct Tables;

impl Group for Tables {
    type Key = FleetName;
    type Member = ListenerKey;
    type Value = ();
}

/// What routes need of the server of their listener: fleet, IR listener.
pub(crate) struct Needs;

impl Group for Needs {
    type Key = FleetName;
    /// The feature, the name of what is needed of it (empty where there is only one thing), and the first place of a route
    /// that needs it.
    type Member = (FeatureId, Name, RouteOrder);
    /// With which settings.
    type Value = Arc<Extension>;
}

/// What filters of the server of a listener have to know of the routes that use them: fleet, IR listener.
pub(crate) struct AuthNeeds;

impl Group for AuthNeeds {
    type Key = FleetName;
    /// The kind, the name of what it is about, and the first place of a route that uses it.
    type Member = ((u8, Name), RouteOrder);
    type Value = Auth;
}

/// The place of a route among those of connections or datagrams: routes that TLS chooses by server name before those
/// that take everything, then creation time, namespace and name of the route.
pub(crate) type StreamOrder = (StreamKind, i64, Name, Name);

/// A kind of route of connections or datagrams.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum StreamKind {
    Tls,
    Tcp,
    Udp,
}

/// The routes that want the connections or datagrams of a listener: fleet, IR listener. Where there can be one alone, the
/// first one has it.
pub(crate) struct StreamClaims;

impl Group for StreamClaims {
    type Key = FleetName;
    type Member = StreamOrder;
    type Value = ();
}

/// The routes that serve the connections or datagrams of a listener: fleet, IR listener.
pub(crate) struct StreamRoutes;

impl Group for StreamRoutes {
    type Key = FleetName;
    /// The route, and one of the hostnames under which it is served; `*` for all.
    type Member = (StreamOrder, Name);
    type Value = Arc<StreamRoute>;
}

/// A socket of a fleet: address, port, and what it carries.
pub(crate) type SocketKey = (IrKey, Name, u16, Transport);

/// The gateway listeners that share a socket, in the order in which they are served.
pub(crate) struct SocketParts;

impl Group for SocketParts {
    type Key = SocketKey;
    type Member = PartOrder;
    type Value = Arc<SocketPart>;
}

/// The place of a gateway listener among all of its fleet: creation time, namespace, name of its Gateway, position.
pub(crate) type PartOrder = (i64, Name, Name, u32);

/// What one gateway listener serves on a socket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SocketPart {
    /// The name of the xDS listener if this part is the first one.
    pub(crate) listener_name: Name,
    pub(crate) ipv4_compat: bool,
    pub(crate) server: SocketServer,
}

/// What serves connections.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum SocketServer {
    /// Plain-text HTTP; parts of one socket share one server, that of the first part.
    Http(Arc<HttpServer>),
    /// HTTP over TLS, chosen by server name.
    Https { name: Name, server_names: Vec<Name>, tls: TerminateTls, server: Arc<HttpServer> },
    /// Connections that are not HTTP, or datagrams. The routes are added when all of them are known.
    Stream(Arc<StreamServer>),
}

/// The Gateways of a fleet: one, or all of a class when they are merged.
pub(crate) struct FleetMembers;

impl Group for FleetMembers {
    type Key = IrKey;
    /// Creation time, namespace and name of the Gateway.
    type Member = (i64, Name, Name);
    type Value = Arc<FleetMember>;
}

/// What one Gateway adds to the infrastructure of its fleet.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct FleetMember {
    /// Whether it serves anything; a Gateway that is not accepted keeps its fleet.
    pub(crate) serves: bool,
    pub(crate) gateway: ObjectRef,
    pub(crate) class: Name,
    pub(crate) merged: bool,
    pub(crate) labels: std::collections::BTreeMap<String, String>,
    pub(crate) annotations: std::collections::BTreeMap<String, String>,
    pub(crate) addresses: Vec<String>,
    pub(crate) listeners: Vec<InfraListener>,
    /// The effective EnvoyProxy; absent when nobody wrote one.
    pub(crate) proxy: Option<crate::EffectiveProxy>,
}
