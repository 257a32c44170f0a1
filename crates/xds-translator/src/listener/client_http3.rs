//! HTTP/3 of clients.
//!
//! API: `ClientTrafficPolicy.spec.http3`. Envoy: a listener of its own for QUIC beside the one for TLS, with the same filter
//! chains, whose transport socket and codec are those of HTTP/3. It has neither listener filters nor options of TCP.

use eg_diag::Diagnostic;
use eg_ir::{FeatureId, features, listener::Transport};

use super::{ListenerFeature, TlsCx};
use crate::{
    envoy::{any, core, hcm, listener as pb, quic, tls},
    http::ServerCx,
};

/// HTTP/3 of clients.
pub(super) struct ClientHttp3;

impl ListenerFeature for ClientHttp3 {
    fn id(&self) -> FeatureId {
        features::CLIENT_HTTP3
    }

    fn connection_manager(
        &self,
        cx: ServerCx<'_>,
        manager: &mut hcm::HttpConnectionManager,
    ) -> Result<(), Diagnostic> {
        if cx.listener.transport == Transport::Quic {
            manager.codec_type = hcm::http_connection_manager::CodecType::Http3.into();
            manager.http3_protocol_options = Some(core::Http3ProtocolOptions::default());
        }
        Ok(())
    }

    fn terminate_tls(
        &self,
        cx: TlsCx<'_>,
        context: &mut tls::DownstreamTlsContext,
    ) -> Result<(), Diagnostic> {
        if cx.listener.transport == Transport::Quic {
            context.common_tls_context.get_or_insert_default().alpn_protocols = vec!["h3".to_owned()];
        }
        Ok(())
    }
}

/// Makes a listener one of QUIC.
pub(super) fn serve(listener: &mut pb::Listener) {
    listener.udp_listener_config = Some(pb::UdpListenerConfig {
        downstream_socket_config: Some(core::UdpSocketConfig::default()),
        quic_options: Some(pb::QuicProtocolOptions::default()),
        ..pb::UdpListenerConfig::default()
    });
    listener.drain_type = pb::listener::DrainType::ModifyOnly.into();
}

/// The socket of a filter chain.
pub(super) fn socket(context: tls::DownstreamTlsContext) -> core::TransportSocket {
    let config = quic::QuicDownstreamTransport {
        downstream_tls_context: Some(context),
        ..quic::QuicDownstreamTransport::default()
    };
    core::TransportSocket {
        name: "envoy.transport_sockets.quic".to_owned(),
        config_type: Some(core::transport_socket::ConfigType::TypedConfig(any(&config))),
    }
}
