//! Limits and buffers of client connections.
//!
//! API: `ClientTrafficPolicy.spec.connection`, and `http1.disableSafeMaxConnectionDuration`. Envoy: settings of the socket
//! (those of its first listener), of the connection manager, and the network filter `connection_limit` in front of what
//! serves the connections of a listener.

use eg_diag::Diagnostic;
use eg_ir::{
    FeatureId, features,
    listener::{ClientConnection as Limits, Listener, Transport},
};

use super::{ListenerFeature, StreamCx, client, connection_manager::stat_prefix};
use crate::{
    envoy::{any, connection_limit, hcm, listener as pb, millis},
    http::ServerCx,
};

/// Limits and buffers of client connections.
pub(super) struct ClientConnection;

impl ListenerFeature for ClientConnection {
    fn id(&self) -> FeatureId {
        features::CLIENT_CONNECTION
    }

    fn listener(&self, ir: &Listener, listener: &mut pb::Listener) -> Result<(), Diagnostic> {
        if ir.transport == Transport::Udp {
            return Ok(());
        }
        if let Some(client) = client(ir) {
            let Limits { buffer_bytes, accept_per_event, .. } = client.connection;
            if buffer_bytes.is_some() {
                listener.per_connection_buffer_limit_bytes = buffer_bytes;
            }
            if let Some(accept) = accept_per_event {
                listener.max_connections_to_accept_per_socket_event =
                    Some(accept).filter(|accept| *accept > 0);
            }
        }
        if let (Some(chain), Some(server)) = (&mut listener.default_filter_chain, &ir.http) {
            let prefix = stat_prefix(ServerCx { listener: ir, server, tls: false });
            limit(&server.client.connection, prefix, chain);
        }
        for served in &ir.tls_chains {
            let prefix = stat_prefix(ServerCx { listener: ir, server: &served.http, tls: true });
            let mut chains = listener.filter_chains.iter_mut();
            if let Some(chain) = chains.find(|chain| *chain.name == *served.name) {
                limit(&served.http.client.connection, prefix, chain);
            }
        }
        for server in &ir.streams {
            for served in &server.chains {
                let cx = StreamCx { listener: ir, server, route: Some(&served.route) };
                let prefix = cx.stat_prefix()?;
                let mut chains = listener.filter_chains.iter_mut();
                if let Some(chain) = chains.find(|chain| *chain.name == *served.route.name) {
                    limit(&server.client.connection, prefix, chain);
                }
            }
        }
        Ok(())
    }

    fn connection_manager(
        &self,
        cx: ServerCx<'_>,
        manager: &mut hcm::HttpConnectionManager,
    ) -> Result<(), Diagnostic> {
        let Limits {
            max_duration_ms,
            closes_http1_at_once,
            max_requests,
            max_stream_ms,
            // Of the socket and of the filter chain.
            buffer_bytes: _,
            accept_per_event: _,
            max_connections: _,
            close_delay_ms: _,
        } = cx.server.client.connection;
        if max_duration_ms.is_some() || max_requests.is_some() || max_stream_ms.is_some() {
            let options = manager.common_http_protocol_options.get_or_insert_default();
            options.max_connection_duration = max_duration_ms.map(millis);
            options.max_requests_per_connection = max_requests;
            options.max_stream_duration = max_stream_ms.map(millis);
        }
        manager.http1_safe_max_connection_duration = max_duration_ms.is_some() && !closes_http1_at_once;
        Ok(())
    }
}

/// Puts the filter in front that counts connections.
fn limit(limits: &Limits, stat_prefix: String, chain: &mut pb::FilterChain) {
    let Some(max) = limits.max_connections else { return };
    let config = connection_limit::ConnectionLimit {
        stat_prefix,
        max_connections: Some(max),
        delay: limits.close_delay_ms.map(millis),
        ..connection_limit::ConnectionLimit::default()
    };
    let filter = pb::Filter {
        name: "envoy.filters.network.connection_limit".to_owned(),
        config_type: Some(pb::filter::ConfigType::TypedConfig(any(&config))),
    };
    chain.filters.insert(0, filter);
}
