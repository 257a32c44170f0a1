//! Streams: connections that are forwarded as they are.
//!
//! API: TLSRoute and TCPRoute on listeners for TLS and TCP. Envoy: a filter chain with a TCP proxy for each route, chosen by
//! server name where the route has hostnames, with TLS terminated where the listener says so. The filter `rbac` is before it
//! where clients are told apart. A listener without routes
//! accepts connections and closes them, because Envoy wants each listener to have a chain.

use eg_diag::{Diagnostic, FieldPath};
use eg_ir::{
    Name,
    cluster::{Cluster, Discovery},
    listener::{Listener, StreamChain, StreamServer, StreamTls},
    route::{Authorization, StreamRoute},
};
use prost::Name as Message;

use super::{TlsCx, named, server_name, terminate_tls, tls_socket};
use crate::{
    Features,
    envoy::{
        any,
        kind::{HashPolicy, hash_policy},
        listener as pb, millis, network_rbac, tcp_proxy,
    },
    finding::not_expressible,
    http::{ResourceSink, authorization_matcher},
};

/// The cluster without endpoints, to which goes what has no route; its filter chain has the same name.
pub(super) const NOWHERE: &str = "EmptyCluster";

/// The gateway listener, on its socket, for whose route something is made.
#[derive(Clone, Copy, Debug)]
pub struct StreamCx<'a> {
    /// The socket.
    pub listener: &'a Listener,
    /// The gateway listener.
    pub server: &'a StreamServer,
    /// The route; absent for what is turned away.
    pub route: Option<&'a StreamRoute>,
}

impl StreamCx<'_> {
    /// The prefix of its statistics: what becomes of TLS, and the port.
    pub(super) fn stat_prefix(self) -> Result<String, Diagnostic> {
        let kind = match (&self.server.tls, self.route) {
            (StreamTls::None, _) | (_, None) => "tcp",
            (StreamTls::Passthrough, Some(_)) => "tls-passthrough",
            (StreamTls::Terminate(_), Some(_)) => "tls-terminate",
            (other, _) => return Err(unknown(other)),
        };
        Ok(format!("{kind}-{}", self.server.stat_port.unwrap_or(self.listener.port)))
    }

    /// The cluster that its connections or datagrams go to.
    pub(super) fn cluster(self) -> String {
        self.route.map_or(NOWHERE, |route| &route.cluster).to_owned()
    }
}

/// Adds a filter chain for each route.
pub(super) fn serve(
    features: &Features,
    ir: &Listener,
    listener: &mut pb::Listener,
) -> Result<(), Diagnostic> {
    let mut unrouted = None;
    for server in &ir.streams {
        let StreamServer { name: _, origin: _, stat_port: _, client, tls, chains } = &**server;
        if chains.is_empty() {
            unrouted.get_or_insert(server);
        }
        for StreamChain { server_names, route } in chains {
            let cx = StreamCx { listener: ir, server, route: Some(route) };
            let transport_socket = match tls {
                StreamTls::None | StreamTls::Passthrough => None,
                StreamTls::Terminate(tls) => {
                    let cx = TlsCx { listener: ir, tls, client };
                    Some(tls_socket(&terminate_tls::context(features, cx)?))
                }
                other => return Err(unknown(other)),
            };
            listener.filter_chains.push(pb::FilterChain {
                filter_chain_match: named(server_names),
                transport_socket,
                transport_socket_connect_timeout: client.timeout.tls_handshake_ms.map(millis),
                ..chain(features, cx, &route.name)?
            });
        }
    }
    // Envoy refuses two chains that match the same; with another one for everything, this one would serve nothing.
    let everything = |chain: &pb::FilterChain| chain.filter_chain_match.is_none();
    if let Some(server) = unrouted.filter(|_| !listener.filter_chains.iter().any(everything)) {
        let cx = StreamCx { listener: ir, server, route: None };
        listener.filter_chains.push(chain(features, cx, NOWHERE)?);
    }
    Ok(())
}

fn chain(features: &Features, cx: StreamCx<'_>, name: &str) -> Result<pb::FilterChain, Diagnostic> {
    let mut proxy = tcp_proxy::TcpProxy {
        stat_prefix: cx.stat_prefix()?,
        cluster_specifier: Some(tcp_proxy::tcp_proxy::ClusterSpecifier::Cluster(cx.cluster())),
        ..tcp_proxy::TcpProxy::default()
    };
    if cx.route.is_some_and(|route| route.hashes_source_ip) {
        use hash_policy::{PolicySpecifier, SourceIp};
        let by_address = PolicySpecifier::SourceIp(SourceIp {});
        proxy.hash_policy = vec![HashPolicy { policy_specifier: Some(by_address) }];
    }
    for feature in &features.listener {
        feature.tcp_proxy(cx, &mut proxy)?;
    }
    let resolver = cx.route.and_then(|route| route.by_server_name.as_ref());
    let authorization = cx.route.and_then(|route| route.authorization.as_ref());
    let mut filters: Vec<pb::Filter> =
        authorization.map(|settings| authorize(settings, &proxy.stat_prefix)).into_iter().collect();
    filters.extend(resolver.map(|cache| server_name::filters(cache, &proxy.stat_prefix)).unwrap_or_default());
    filters.push(filter("envoy.filters.network.tcp_proxy", &proxy));
    Ok(pb::FilterChain { name: name.to_owned(), filters, ..pb::FilterChain::default() })
}

/// Closes the connections of clients that may not connect.
fn authorize(settings: &Authorization, stat_prefix: &str) -> pb::Filter {
    let config = network_rbac::Rbac {
        matcher: Some(authorization_matcher(settings)),
        stat_prefix: stat_prefix.to_owned(),
        ..network_rbac::Rbac::default()
    };
    filter("envoy.filters.network.rbac", &config)
}

/// A network filter.
pub(super) fn filter(name: &str, config: &impl Message) -> pb::Filter {
    pb::Filter { name: name.to_owned(), config_type: Some(pb::filter::ConfigType::TypedConfig(any(config))) }
}

/// Adds the cluster of what has no route.
pub(crate) fn resources(ir: &Listener, out: &mut ResourceSink) {
    if ir.streams.iter().any(|server| server.chains.is_empty()) {
        out.cluster(Cluster {
            name: Name::from(NOWHERE),
            discovery: Discovery::Nowhere,
            ..Cluster::default()
        });
    }
}

fn unknown(tls: &StreamTls) -> Diagnostic {
    not_expressible(FieldPath::root(), format!("unknown handling of TLS {tls:?}"))
}
