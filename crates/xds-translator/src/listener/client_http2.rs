//! HTTP/2 of clients.
//!
//! API: `ClientTrafficPolicy.spec.http2`. Envoy: `http2_protocol_options` of the connection manager, whose defaults are those of
//! a proxy at the edge.

use eg_diag::Diagnostic;
use eg_ir::{
    FeatureId, features,
    listener::{ClientHttp2 as Http2, Http2Pings, InvalidMessageEnds},
};

use super::ListenerFeature;
use crate::{
    envoy::{core, hcm, kind, millis},
    http::ServerCx,
};

/// HTTP/2 of clients.
pub(super) struct ClientHttp2;

impl ListenerFeature for ClientHttp2 {
    fn id(&self) -> FeatureId {
        features::CLIENT_HTTP2
    }

    fn connection_manager(
        &self,
        cx: ServerCx<'_>,
        manager: &mut hcm::HttpConnectionManager,
    ) -> Result<(), Diagnostic> {
        let Some(http2) = &cx.server.client.http2 else { return Ok(()) };
        set(http2, manager.http2_protocol_options.get_or_insert_default());
        Ok(())
    }
}

/// Sets what is said, for clients as for backends.
pub(crate) fn set(http2: &Http2, options: &mut core::Http2ProtocolOptions) {
    let Http2 { stream_window_bytes, connection_window_bytes, max_streams, invalid_message_ends, pings } =
        http2;
    let set = |option: &mut Option<u32>, value: &Option<u32>| *option = value.or(*option);
    set(&mut options.initial_stream_window_size, stream_window_bytes);
    set(&mut options.initial_connection_window_size, connection_window_bytes);
    set(&mut options.max_concurrent_streams, max_streams);
    options.override_stream_error_on_invalid_http_message =
        invalid_message_ends.map(|ends| ends == InvalidMessageEnds::Stream);
    options.connection_keepalive = pings.as_ref().map(keepalive);
}

fn keepalive(
    Http2Pings { interval_ms, timeout_ms, jitter_percent, idle_ms }: &Http2Pings,
) -> core::KeepaliveSettings {
    core::KeepaliveSettings {
        interval: interval_ms.map(millis),
        timeout: timeout_ms.map(millis),
        interval_jitter: jitter_percent.map(|percent| kind::Percent { value: percent.into() }),
        connection_idle_interval: idle_ms.map(millis),
    }
}
