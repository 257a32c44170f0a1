//! Sockets, route tables and secrets of a fleet, put together from what its Gateways sent.

use std::{collections::BTreeMap, sync::Arc};

use eg_ir::{
    Extension, FeatureId, IrKey, Secret,
    listener::{HttpServer, Listener, TlsChain},
    route::RouteOrder,
};

use super::{access_log::AccessLogsOf, stream::Claimed, tracing::TracingOf};
use crate::{
    assembly::Assembly,
    engine::{ReadCx, Root, Unit},
    fanout::{AuthNeeds, FleetName, Needs, Secrets, SocketKey, SocketParts, SocketServer, Tables},
};

/// The listener of one socket.
pub(crate) struct SocketUnit;

impl Unit for SocketUnit {
    type Key = SocketKey;
    type Out = Arc<Listener>;
    const NAME: &'static str = "socket";
    const RANK: u8 = 11;

    fn compute(cx: &ReadCx<'_>, key: &SocketKey) -> Self::Out {
        let parts = cx.group::<SocketParts>(key);
        let (fleet, address, port, transport) = key;
        let mut listener =
            Listener { address: address.clone(), port: *port, transport: *transport, ..Listener::default() };
        let mut claimed = Claimed::default();
        for part in parts.values() {
            if listener.name.is_empty() {
                listener.name = part.listener_name.clone();
                listener.ipv4_compat = part.ipv4_compat;
                let gateway = match &part.server {
                    SocketServer::Http(server) | SocketServer::Https { server, .. } => &server.origin.object,
                    SocketServer::Stream(server) => &server.origin.object,
                };
                listener.access_logs.clone_from(&cx.unit::<AccessLogsOf>(gateway).logs);
            }
            match &part.server {
                SocketServer::Http(server) => {
                    let shared = listener.http.get_or_insert_with(|| traced(cx, server));
                    add_needs(cx, (fleet, server), shared);
                }
                SocketServer::Https { name, server_names, tls, server } => {
                    let mut own = traced(cx, server);
                    add_needs(cx, (fleet, server), &mut own);
                    claimed.claim_all(server_names);
                    listener.tls_chains.push(Arc::new(TlsChain {
                        name: name.clone(),
                        server_names: server_names.clone(),
                        tls: tls.clone(),
                        http: own,
                    }));
                }
                SocketServer::Stream(server) => {
                    listener.streams.push(claimed.with_routes(cx, fleet, server));
                }
            }
        }
        Arc::new(listener)
    }
}

/// The server of a gateway listener with the traces that its Gateway wants.
fn traced(cx: &ReadCx<'_>, server: &Arc<HttpServer>) -> Arc<HttpServer> {
    match &cx.unit::<TracingOf>(&server.origin.object).tracing {
        None => Arc::clone(server),
        Some(tracing) => {
            Arc::new(HttpServer { tracing: Some(Arc::clone(tracing)), ..HttpServer::clone(server) })
        }
    }
}

/// Adds what the routes of a listener need to the server that serves it.
fn add_needs(cx: &ReadCx<'_>, (fleet, listener): (&IrKey, &HttpServer), server: &mut Arc<HttpServer>) {
    let needs = cx.group::<Needs>(&(fleet.clone(), listener.name.clone()));
    let mut asked: BTreeMap<&FeatureId, Vec<(&RouteOrder, &Extension)>> = BTreeMap::new();
    let mut last = None;
    for ((feature, name, order), settings) in needs.iter() {
        // They are ordered by feature and name, so that the first route that needs something is the one that counts.
        if last.replace((feature, name)) != Some((feature, name)) {
            asked.entry(feature).or_default().push((order, settings));
        }
    }
    for (feature, mut settings) in asked {
        settings.sort_by_key(|(order, _)| *order);
        let known = server.needs.get(feature);
        let is_new = |one: &&Extension| !one.is_empty() && !known.is_some_and(|known| known.contains(one));
        let new: Vec<Extension> = settings.into_iter().map(|(_, one)| one).filter(is_new).cloned().collect();
        if known.is_none() || !new.is_empty() {
            Arc::make_mut(server).needs.entry(feature.clone()).or_default().extend(new);
        }
    }
    let auths = cx.group::<AuthNeeds>(&(fleet.clone(), listener.name.clone()));
    let mut last = None;
    for ((name, _), auth) in auths.iter() {
        // Of those of one name the first route's counts.
        if last.replace(name) != Some(name) && !server.auths.contains(auth) {
            Arc::make_mut(server).auths.push(auth.clone());
        }
    }
}

impl Root for SocketUnit {
    fn publish(assembly: &mut Assembly<'_>, key: &SocketKey, out: Option<&Arc<Self::Out>>) {
        assembly.listener(&key.0, (&key.1, key.2, key.3), out.map(|out| &**out));
    }
}

/// A route table that some listener serves.
pub(crate) struct TableUnit;

impl Unit for TableUnit {
    type Key = FleetName;
    type Out = bool;
    const NAME: &'static str = "route_table";
    const RANK: u8 = 9;

    fn compute(cx: &ReadCx<'_>, key: &FleetName) -> bool {
        cx.group_len::<Tables>(key) > 0
    }
}

impl Root for TableUnit {
    fn publish(assembly: &mut Assembly<'_>, (fleet, table): &FleetName, out: Option<&Arc<bool>>) {
        assembly.table(fleet, table, out.is_some_and(|served| **served));
    }
}

/// A secret of a fleet.
pub(crate) struct SecretUnit;

impl Unit for SecretUnit {
    type Key = FleetName;
    type Out = Option<Arc<Secret>>;
    const NAME: &'static str = "secret";
    const RANK: u8 = 11;

    fn compute(cx: &ReadCx<'_>, key: &FleetName) -> Self::Out {
        cx.group::<Secrets>(key).values().next().cloned()
    }
}

impl Root for SecretUnit {
    fn publish(assembly: &mut Assembly<'_>, (fleet, name): &FleetName, out: Option<&Arc<Self::Out>>) {
        assembly.secret(fleet, name, out.and_then(|out| out.as_ref().as_ref()));
    }
}
