//! The PROXY protocol towards endpoints.
//!
//! API: `BackendTrafficPolicy.spec.proxyProtocol`. Envoy: a transport socket around the one that the endpoints get otherwise.

use eg_diag::Diagnostic;
use eg_ir::{
    FeatureId,
    cluster::{Cluster, ProxyProtocol},
    features,
};
use prost::Name as Message;

use super::{ClusterDraft, ClusterFeature};
use crate::envoy::{any, core, raw_buffer, upstream_proxy_protocol};

/// The PROXY protocol towards endpoints.
pub(super) struct BackendProxyProtocol;

impl ClusterFeature for BackendProxyProtocol {
    fn id(&self) -> FeatureId {
        features::BACKEND_PROXY_PROTOCOL
    }

    fn cluster(&self, ir: &Cluster, draft: &mut ClusterDraft) -> Result<(), Diagnostic> {
        let Some(version) = ir.traffic.as_ref().and_then(|traffic| traffic.proxy_protocol) else {
            return Ok(());
        };
        let plain = draft.cluster.transport_socket.take();
        let plain = plain.unwrap_or_else(|| {
            socket("envoy.transport_sockets.raw_buffer", &raw_buffer::RawBuffer::default())
        });
        draft.cluster.transport_socket = Some(around(version, plain));
        for profile in &mut draft.cluster.transport_socket_matches {
            profile.transport_socket = profile.transport_socket.take().map(|socket| around(version, socket));
        }
        Ok(())
    }
}

fn around(version: ProxyProtocol, inner: core::TransportSocket) -> core::TransportSocket {
    let version = match version {
        ProxyProtocol::V1 => core::proxy_protocol_config::Version::V1,
        ProxyProtocol::V2 => core::proxy_protocol_config::Version::V2,
    };
    let config = upstream_proxy_protocol::ProxyProtocolUpstreamTransport {
        config: Some(core::ProxyProtocolConfig {
            version: version.into(),
            ..core::ProxyProtocolConfig::default()
        }),
        transport_socket: Some(inner),
        ..upstream_proxy_protocol::ProxyProtocolUpstreamTransport::default()
    };
    socket("envoy.transport_sockets.upstream_proxy_protocol", &config)
}

fn socket(name: &str, config: &impl Message) -> core::TransportSocket {
    core::TransportSocket {
        name: name.to_owned(),
        config_type: Some(core::transport_socket::ConfigType::TypedConfig(any(config))),
    }
}
