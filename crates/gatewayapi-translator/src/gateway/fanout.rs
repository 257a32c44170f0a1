//! What a Gateway sends to its fleet: sockets, route tables, secrets, and its part of the infrastructure.

use std::sync::Arc;

use eg_api::gateway::Gateway;
use eg_diag::ObjectRef;
use eg_ir::{
    IrKey, Name, Origin,
    infra::{InfraListener, InfraPort, PortProtocol},
    listener::{ClientValidation, HttpServer, TerminateTls, Transport},
};

use super::{
    listener::ListenerState,
    misdirected, proxy_stats, request_id, service,
    state::{GatewayOf, GatewayState},
    stream,
    view::{self, Protocol},
};
use crate::{
    assembly::Assembly,
    engine::{ReadCx, Root, Unit},
    fanout::{
        FleetMember, FleetMembers, PartOrder, SocketPart, SocketParts, SocketServer, Tables, send_secret,
    },
    names, origin,
    policy::client_traffic::listener::{ListenerClient, ListenerClients},
};

/// How much privileged ports are moved where a Service translates ports.
const PRIVILEGED_SHIFT: u16 = 10_000;

/// Sends what one Gateway contributes.
pub(crate) struct GatewayFanout;

impl Unit for GatewayFanout {
    type Key = ObjectRef;
    type Out = Option<()>;
    const NAME: &'static str = "gateway_fanout";
    const RANK: u8 = 6;

    fn compute(cx: &ReadCx<'_>, key: &ObjectRef) -> Self::Out {
        let state = cx.unit::<GatewayOf>(key);
        let state = state.as_ref().as_ref()?;
        let gateway = cx.object::<Gateway>(key)?;
        let created = gateway.metadata.created().unwrap_or_default();
        let order = |position: usize| -> PartOrder {
            let position = u32::try_from(position).unwrap_or(u32::MAX);
            (created, key.namespace.clone(), key.name.clone(), position)
        };
        cx.send::<FleetMembers>(
            state.fleet.clone(),
            (created, key.namespace.clone(), key.name.clone()),
            Arc::new(member(cx, key, state, &gateway)),
        );
        if state.problem.is_some() {
            return Some(());
        }
        let origin = origin::of(&*gateway);
        for (position, listener) in state.listeners.iter().enumerate() {
            if listener.ready() {
                socket_part(cx, key, state, listener, &origin, order(position));
            }
        }
        service::send(cx, key, state);
        Some(())
    }
}

impl Root for GatewayFanout {
    /// Everything is sent; nothing is published here.
    fn publish(_: &mut Assembly<'_>, _: &ObjectRef, _: Option<&Arc<Self::Out>>) {}
}

fn socket_part(
    cx: &ReadCx<'_>,
    key: &ObjectRef,
    state: &GatewayState,
    listener: &ListenerState,
    origin: &Origin,
    order: PartOrder,
) {
    let name = listener.ir_name(key);
    let (address, ipv4_compat) = address(state);
    let transport = if listener.protocol == Some(Protocol::Udp) { Transport::Udp } else { Transport::Tcp };
    let port = container_port(cx, state, listener.port);
    let table = view::table(cx, key, state, listener, &name);
    let by_port = names::by_port(&cx.env().settings);
    let ListenerClient { settings: client, authorities, .. } =
        cx.unit::<ListenerClients>(key).of(&listener.key());
    let spec = state.proxy.as_ref().map(|proxy| &*proxy.spec);
    let server = |scheme: &str| {
        Arc::new(HttpServer {
            name: name.clone(),
            origin: origin.clone().section(listener.section.clone()),
            routes: table.clone(),
            stat_prefix: by_port.then(|| names::of_port(scheme, listener.port)),
            client: Arc::clone(&client),
            request_id: spec.and_then(request_id::lower),
            grpc_stats: spec.and_then(proxy_stats::grpc),
            ..HttpServer::default()
        })
    };
    let carrier = if transport == Transport::Udp { "udp" } else { "tcp" };
    let listener_name = if by_port { names::of_port(carrier, listener.port) } else { name.clone() };
    let server = match listener.protocol {
        None => return,
        Some(Protocol::Http) => SocketServer::Http(server("http")),
        Some(Protocol::Https) => SocketServer::Https {
            name: name.clone(),
            server_names: listener.hostname.iter().cloned().collect(),
            tls: tls(listener),
            server: server("https"),
        },
        Some(Protocol::Tls { .. } | Protocol::Tcp | Protocol::Udp) => {
            SocketServer::Stream(Arc::new(stream::server(cx, listener, (&name, origin), &client)))
        }
    };
    if matches!(server, SocketServer::Https { .. }) {
        misdirected::send(cx, key, state, listener, origin);
        for secret in listener.secrets().chain(&authorities) {
            send_secret(cx, key, &state.fleet, secret);
        }
    }
    if !matches!(server, SocketServer::Stream(_)) {
        cx.send::<Tables>((state.fleet.clone(), table), listener.key(), ());
    }
    if client.http3 {
        let listener_name =
            if by_port { names::of_port("udp", listener.port) } else { names::quic(&listener_name) };
        let member = SocketPart { listener_name, ipv4_compat, server: server.clone() };
        let socket = (state.fleet.clone(), address.clone(), port, Transport::Quic);
        cx.send::<SocketParts>(socket, order.clone(), Arc::new(member));
    }
    let member = SocketPart { listener_name, ipv4_compat, server };
    cx.send::<SocketParts>((state.fleet.clone(), address, port, transport), order, Arc::new(member));
}

pub(super) fn tls(listener: &ListenerState) -> TerminateTls {
    TerminateTls {
        certificates: listener
            .certificates
            .iter()
            .map(|certificate| certificate.secret.reference())
            .collect(),
        alpn: listener.overlaps.then(|| vec!["http/1.1".to_owned()]),
        client: listener.client.as_ref().map(|client| ClientValidation {
            trusted_ca: Some(client.secret.name.clone()),
            mode: client.mode,
            ..ClientValidation::default()
        }),
    }
}

/// The address that listeners bind, and whether it is IPv6 and takes IPv4 too.
pub(super) fn address(state: &GatewayState) -> (Name, bool) {
    match state.proxy.as_ref().and_then(|proxy| proxy.spec.ip_family.as_deref()) {
        Some("IPv6") => ("::".into(), false),
        Some("DualStack") => ("::".into(), true),
        _ => ("0.0.0.0".into(), false),
    }
}

/// The port that proxies bind for a port of the Gateway.
pub(super) fn container_port(cx: &ReadCx<'_>, state: &GatewayState, port: u16) -> u16 {
    let kubernetes = state.proxy.as_ref().and_then(|proxy| proxy.spec.provider.as_ref()?.kubernetes.as_ref());
    let as_named =
        kubernetes.and_then(|kubernetes| kubernetes.use_listener_port_as_container_port).unwrap_or(false);
    if as_named || cx.env().settings.infrastructure.binds_gateway_ports() || port >= 1024 {
        port
    } else {
        port + PRIVILEGED_SHIFT
    }
}

fn member(cx: &ReadCx<'_>, key: &ObjectRef, state: &GatewayState, gateway: &Gateway) -> FleetMember {
    let infrastructure = gateway.spec.infrastructure.clone().unwrap_or_default();
    let addresses =
        gateway.spec.addresses.iter().filter(|address| address.r#type.as_deref() != Some("Hostname"));
    let ready = state.listeners.iter().filter(|listener| listener.ready());
    FleetMember {
        serves: state.problem.is_none(),
        gateway: key.clone(),
        class: state.class.name.clone(),
        merged: state.class.merged,
        labels: infrastructure.labels,
        annotations: infrastructure.annotations,
        addresses: if state.problem.is_some() {
            Vec::new()
        } else {
            addresses.filter_map(|address| address.value.clone()).collect()
        },
        listeners: ready.filter_map(|listener| infra_listener(cx, key, state, listener)).collect(),
        proxy: state.proxy.clone(),
    }
}

fn infra_listener(
    cx: &ReadCx<'_>,
    key: &ObjectRef,
    state: &GatewayState,
    listener: &ListenerState,
) -> Option<InfraListener> {
    let (protocol, prefix) = match listener.protocol? {
        Protocol::Http => (PortProtocol::Http, "http"),
        Protocol::Https => (PortProtocol::Https, "https"),
        Protocol::Tls { .. } => (PortProtocol::Tls, "tls"),
        Protocol::Tcp => (PortProtocol::Tcp, "tcp"),
        Protocol::Udp => (PortProtocol::Udp, "udp"),
    };
    let port = InfraPort {
        name: format!("{prefix}-{}", listener.port).into(),
        protocol,
        service_port: listener.port,
        container_port: container_port(cx, state, listener.port),
    };
    let http3 = cx.unit::<ListenerClients>(key).of(&listener.key()).settings.http3;
    Some(InfraListener { name: listener.ir_name(key), http3, ports: vec![port] })
}

/// The key under which the fleet's own things are known.
pub(super) fn fleet_name(fleet: &IrKey) -> Name {
    fleet.0.clone()
}
