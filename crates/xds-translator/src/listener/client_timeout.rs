//! Time limits towards clients.
//!
//! API: `ClientTrafficPolicy.spec.timeout`. Envoy: limits of the connection manager (`request_timeout`,
//! `request_headers_timeout`, `stream_idle_timeout`, and `idle_timeout` of the protocol options), of the filter chain
//! (`transport_socket_connect_timeout`) and of the socket (`listener_filters_timeout`).
//!
//! The socket has one limit for all its listeners: that of the first one.

use eg_diag::Diagnostic;
use eg_ir::{
    FeatureId, features,
    listener::{ClientTimeout as Limits, HttpServer, Listener},
};

use super::{ListenerFeature, StreamCx, client};
use crate::{
    envoy::{core, hcm, listener as pb, millis, tcp_proxy},
    http::ServerCx,
};

/// Time limits towards clients.
pub(super) struct ClientTimeout;

impl ListenerFeature for ClientTimeout {
    fn id(&self) -> FeatureId {
        features::CLIENT_TIMEOUT
    }

    fn listener(&self, ir: &Listener, listener: &mut pb::Listener) -> Result<(), Diagnostic> {
        listener.listener_filters_timeout =
            client(ir).and_then(|client| client.timeout.inspection_ms).map(millis);
        let handshake = |server: &HttpServer| server.client.timeout.tls_handshake_ms.map(millis);
        if let (Some(chain), Some(server)) = (&mut listener.default_filter_chain, &ir.http) {
            chain.transport_socket_connect_timeout = handshake(server);
        }
        for served in &ir.tls_chains {
            let chain = listener.filter_chains.iter_mut().find(|chain| *chain.name == *served.name);
            if let Some(chain) = chain {
                chain.transport_socket_connect_timeout = handshake(&served.http);
            }
        }
        Ok(())
    }

    fn tcp_proxy(&self, cx: StreamCx<'_>, proxy: &mut tcp_proxy::TcpProxy) -> Result<(), Diagnostic> {
        if let Some(idle) = cx.server.client.timeout.tcp_idle_ms {
            proxy.idle_timeout = Some(millis(idle));
        }
        Ok(())
    }

    fn connection_manager(
        &self,
        cx: ServerCx<'_>,
        manager: &mut hcm::HttpConnectionManager,
    ) -> Result<(), Diagnostic> {
        let Limits {
            request_ms,
            request_headers_ms,
            idle_ms,
            stream_idle_ms,
            // Of connections that a TCP proxy serves.
            tcp_idle_ms: _,
            // Of the socket and of the filter chain.
            inspection_ms: _,
            tls_handshake_ms: _,
        } = cx.server.client.timeout;
        manager.request_timeout = request_ms.map(millis);
        manager.request_headers_timeout = request_headers_ms.map(millis);
        manager.stream_idle_timeout = stream_idle_ms.map(millis);
        if let Some(idle) = idle_ms {
            let options = &mut manager.common_http_protocol_options;
            options.get_or_insert_with(core::HttpProtocolOptions::default).idle_timeout = Some(millis(idle));
        }
        Ok(())
    }
}
