//! Listeners: sockets, filter chains, and what serves connections and datagrams.

use std::sync::Arc;

use eg_diag::Diagnostic;
use eg_ir::{
    FeatureId, Name, Origin,
    listener::{ClientSettings, HttpServer, Listener, TlsChain, Transport},
};

use crate::{
    Features,
    envoy::{any, core, hcm, listener as pb, router, socket_address, tcp_proxy, tls, udp_proxy},
    http::ServerCx,
};

mod access_log;
mod client_certificate;
mod client_connection;
mod client_headers;
pub(crate) mod client_http1;
pub(crate) mod client_http2;
mod client_http3;
mod client_ip_detection;
mod client_keepalive;
mod client_path;
mod client_proxy_protocol;
mod client_scheme;
mod client_timeout;
mod client_tls;
mod connection_manager;
mod datagram;
mod ready;
mod request_id;
mod server_name;
mod stream;
mod terminate_tls;
mod tls_inspector;
pub(crate) mod tracing;

pub(crate) use connection_manager::{CONNECTION_WINDOW, STREAM_WINDOW};
pub(crate) use ready::{name as ready_name, ready};
pub use stream::StreamCx;
pub(crate) use stream::resources;
pub use terminate_tls::TlsCx;

/// What a connection may have buffered before it is no longer read, in bytes.
const BUFFER_LIMIT: u32 = 32 * 1024;
/// How many connections a worker accepts before it serves those it has.
const ACCEPT_PER_EVENT: u32 = 1;

/// The built-in features, in the order in which they see a listener.
pub(crate) fn features() -> Vec<Arc<dyn ListenerFeature>> {
    vec![
        Arc::new(access_log::AccessLog),
        Arc::new(tls_inspector::TlsInspector),
        Arc::new(client_timeout::ClientTimeout),
        Arc::new(client_headers::ClientHeaders),
        Arc::new(tracing::Tracing),
        Arc::new(request_id::RequestId),
        Arc::new(client_connection::ClientConnection),
        Arc::new(client_keepalive::ClientKeepalive),
        Arc::new(client_path::ClientPath),
        // It puts its listener filter in front of those above.
        Arc::new(client_proxy_protocol::ClientProxyProtocol),
        Arc::new(client_scheme::ClientScheme),
        Arc::new(client_ip_detection::ClientIpDetection),
        Arc::new(client_http1::ClientHttp1),
        Arc::new(client_http2::ClientHttp2),
        Arc::new(client_tls::ClientTls),
        // It has the last word on the protocols that are offered.
        Arc::new(client_http3::ClientHttp3),
    ]
}

/// What one feature of sockets and connections becomes in Envoy.
///
/// Implemented in the feature's module, or by a vendor. The methods are pure and run for listeners that changed; a
/// listener whose feature returns a diagnostic keeps its last good form, and is left out when it has none.
pub trait ListenerFeature: Send + Sync + 'static {
    /// The name that the feature has everywhere.
    fn id(&self) -> FeatureId;

    /// Configures the socket. The filter chains are there already.
    fn listener(&self, ir: &Listener, listener: &mut pb::Listener) -> Result<(), Diagnostic> {
        let _ = (ir, listener);
        Ok(())
    }

    /// Configures the socket of HTTP/3, which has neither the filters nor the options of other sockets.
    fn quic_listener(&self, ir: &Listener, listener: &mut pb::Listener) -> Result<(), Diagnostic> {
        let _ = (ir, listener);
        Ok(())
    }

    /// Configures how HTTP connections are served.
    fn connection_manager(
        &self,
        cx: ServerCx<'_>,
        manager: &mut hcm::HttpConnectionManager,
    ) -> Result<(), Diagnostic> {
        let _ = (cx, manager);
        Ok(())
    }

    /// Configures the router, the last HTTP filter.
    fn router(&self, cx: ServerCx<'_>, router: &mut router::Router) -> Result<(), Diagnostic> {
        let _ = (cx, router);
        Ok(())
    }

    /// Configures how the connections of a stream are forwarded.
    fn tcp_proxy(&self, cx: StreamCx<'_>, proxy: &mut tcp_proxy::TcpProxy) -> Result<(), Diagnostic> {
        let _ = (cx, proxy);
        Ok(())
    }

    /// Configures how datagrams are forwarded.
    fn udp_proxy(&self, cx: StreamCx<'_>, proxy: &mut udp_proxy::UdpProxyConfig) -> Result<(), Diagnostic> {
        let _ = (cx, proxy);
        Ok(())
    }

    /// Configures how TLS is terminated.
    fn terminate_tls(
        &self,
        cx: TlsCx<'_>,
        context: &mut tls::DownstreamTlsContext,
    ) -> Result<(), Diagnostic> {
        let _ = (cx, context);
        Ok(())
    }
}

/// Emits one listener.
pub(crate) fn emit(features: &Features, ir: &Listener) -> Result<pb::Listener, Diagnostic> {
    // The logs are the business of a feature.
    let Listener { name, address, port, ipv4_compat, transport, tls_chains, http, streams, access_logs: _ } =
        ir;
    let mut listener = pb::Listener {
        name: name.to_string(),
        address: Some(socket_address(address, *port, *ipv4_compat)),
        ..pb::Listener::default()
    };
    match transport {
        Transport::Tcp => {
            listener.per_connection_buffer_limit_bytes = Some(BUFFER_LIMIT);
            listener.max_connections_to_accept_per_socket_event = Some(ACCEPT_PER_EVENT);
        }
        Transport::Udp => datagram::serve(features, ir, &mut listener)?,
        Transport::Quic => {
            datagram::carry(&mut listener);
            client_http3::serve(&mut listener);
        }
    }
    if let Some(server) = http {
        let cx = ServerCx { listener: ir, server, tls: false };
        listener.default_filter_chain = Some(pb::FilterChain {
            name: server.routes.to_string(),
            filters: vec![connection_manager::filter(features, cx)?],
            ..pb::FilterChain::default()
        });
    }
    for chain in tls_chains {
        listener.filter_chains.push(tls_chain(features, ir, chain)?);
    }
    if *transport == Transport::Tcp && !streams.is_empty() {
        stream::serve(features, ir, &mut listener)?;
    }
    for feature in &features.listener {
        if *transport == Transport::Quic {
            feature.quic_listener(ir, &mut listener)?;
        } else {
            feature.listener(ir, &mut listener)?;
        }
    }
    Ok(listener)
}

fn tls_chain(features: &Features, ir: &Listener, chain: &TlsChain) -> Result<pb::FilterChain, Diagnostic> {
    let TlsChain { name, server_names, tls, http } = chain;
    let context = terminate_tls::context(features, TlsCx { listener: ir, tls, client: &http.client })?;
    let cx = ServerCx { listener: ir, server: http, tls: true };
    Ok(pb::FilterChain {
        name: name.to_string(),
        filter_chain_match: named(server_names),
        filters: vec![connection_manager::filter(features, cx)?],
        transport_socket: Some(match ir.transport {
            Transport::Quic => client_http3::socket(context),
            Transport::Tcp | Transport::Udp => tls_socket(&context),
        }),
        ..pb::FilterChain::default()
    })
}

/// Chooses a chain by server name; no name matches every connection.
fn named(server_names: &[Name]) -> Option<pb::FilterChainMatch> {
    (!server_names.is_empty()).then(|| pb::FilterChainMatch {
        server_names: server_names.iter().map(ToString::to_string).collect(),
        ..pb::FilterChainMatch::default()
    })
}

fn tls_socket(context: &tls::DownstreamTlsContext) -> core::TransportSocket {
    core::TransportSocket {
        name: "envoy.transport_sockets.tls".to_owned(),
        config_type: Some(core::transport_socket::ConfigType::TypedConfig(any(context))),
    }
}

/// The HTTP servers of a listener, with whether they speak TLS.
pub(crate) fn servers(ir: &Listener) -> impl Iterator<Item = (&HttpServer, bool)> {
    let plain = ir.http.iter().map(|server| (&**server, false));
    plain.chain(ir.tls_chains.iter().map(|chain| (&*chain.http, true)))
}

/// What clients get of the first gateway listener on the socket, which settles what the socket can have only once.
fn client(ir: &Listener) -> Option<&ClientSettings> {
    let streams = ir.streams.iter().map(|server| &server.client);
    let first = servers(ir).map(|(server, _)| &server.client).chain(streams).next();
    first.map(|client| &**client)
}

/// The gateway listeners that share the socket.
pub(crate) fn origins(ir: &Listener) -> Vec<Origin> {
    let servers = servers(ir).map(|(server, _)| &server.origin);
    servers.chain(ir.streams.iter().map(|server| &server.origin)).cloned().collect()
}
