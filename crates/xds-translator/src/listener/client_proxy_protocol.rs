//! The PROXY protocol on connections of clients.
//!
//! API: `ClientTrafficPolicy.spec.proxyProtocol`. Envoy: the listener filter `proxy_protocol`, before all others, because the
//! header comes before TLS. The socket expects it for all its listeners or for none, as the first one says.

use eg_diag::Diagnostic;
use eg_ir::{FeatureId, features, listener::Listener};

use super::{ListenerFeature, client};
use crate::envoy::{any, listener as pb, proxy_protocol};

/// The PROXY protocol on connections of clients.
pub(super) struct ClientProxyProtocol;

impl ListenerFeature for ClientProxyProtocol {
    fn id(&self) -> FeatureId {
        features::CLIENT_PROXY_PROTOCOL
    }

    fn listener(&self, ir: &Listener, listener: &mut pb::Listener) -> Result<(), Diagnostic> {
        if let Some(protocol) = client(ir).and_then(|client| client.proxy_protocol.as_ref()) {
            let config = proxy_protocol::ProxyProtocol {
                allow_requests_without_proxy_protocol: protocol.optional,
                ..proxy_protocol::ProxyProtocol::default()
            };
            let filter = pb::ListenerFilter {
                name: "envoy.filters.listener.proxy_protocol".to_owned(),
                config_type: Some(pb::listener_filter::ConfigType::TypedConfig(any(&config))),
                ..pb::ListenerFilter::default()
            };
            listener.listener_filters.insert(0, filter);
        }
        Ok(())
    }
}
