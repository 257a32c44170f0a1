//! HTTP/2 towards backends.
//!
//! API: `BackendTrafficPolicy.spec.http2`. Envoy: `http2_protocol_options` in the HTTP options of clusters that may speak it.

use eg_diag::Diagnostic;
use eg_ir::{FeatureId, cluster::Cluster, features};

use super::{ClusterDraft, ClusterFeature};
use crate::{
    envoy::{
        core::Http2ProtocolOptions,
        upstream_http::http_protocol_options::{
            UpstreamProtocolOptions, explicit_http_config::ProtocolConfig,
        },
    },
    listener::client_http2,
};

/// HTTP/2 towards backends.
pub(super) struct BackendHttp2;

impl ClusterFeature for BackendHttp2 {
    fn id(&self) -> FeatureId {
        features::BACKEND_HTTP2
    }

    fn cluster(&self, ir: &Cluster, draft: &mut ClusterDraft) -> Result<(), Diagnostic> {
        let settings = ir.traffic.as_ref().and_then(|traffic| traffic.http2.as_ref());
        let options = draft.http.upstream_protocol_options.as_mut().and_then(spoken);
        if let (Some(settings), Some(options)) = (settings, options) {
            client_http2::set(settings, options);
        }
        Ok(())
    }
}

/// The options of HTTP/2, where it may be spoken.
fn spoken(options: &mut UpstreamProtocolOptions) -> Option<&mut Http2ProtocolOptions> {
    match options {
        UpstreamProtocolOptions::ExplicitHttpConfig(config) => match config.protocol_config.as_mut()? {
            ProtocolConfig::Http2ProtocolOptions(options) => Some(options),
            _ => None,
        },
        UpstreamProtocolOptions::AutoConfig(config) => config.http2_protocol_options.as_mut(),
        UpstreamProtocolOptions::UseDownstreamProtocolConfig(config) => {
            config.http2_protocol_options.as_mut()
        }
    }
}
