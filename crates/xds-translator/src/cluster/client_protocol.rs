//! Requests that go on in the version of HTTP in which they came.
//!
//! API: `BackendTrafficPolicy.spec.useClientProtocol`. Envoy: `use_downstream_protocol_config` of the HTTP options, in place of what
//! backends say of themselves.

use eg_diag::Diagnostic;
use eg_ir::{
    FeatureId,
    cluster::{Cluster, UpstreamProtocol},
    features,
};

use super::{ClusterDraft, ClusterFeature, protocol};
use crate::{
    envoy::upstream_http::http_protocol_options::{UpstreamProtocolOptions, UseDownstreamHttpConfig},
    listener::client_http1,
};

/// Requests that go on in the version of HTTP in which they came.
pub(super) struct ClientProtocol;

impl ClusterFeature for ClientProtocol {
    fn id(&self) -> FeatureId {
        features::CLIENT_PROTOCOL
    }

    fn cluster(&self, ir: &Cluster, draft: &mut ClusterDraft) -> Result<(), Diagnostic> {
        let wanted = ir.traffic.as_ref().and_then(|traffic| traffic.client_protocol);
        if wanted == Some(true) && ir.protocol != UpstreamProtocol::Opaque {
            let http1 = ir.http1.as_deref().map(client_http1::options).unwrap_or_default();
            let options = UseDownstreamHttpConfig {
                http_protocol_options: Some(http1),
                http2_protocol_options: Some(protocol::http2()),
                ..UseDownstreamHttpConfig::default()
            };
            draft.http.upstream_protocol_options =
                Some(UpstreamProtocolOptions::UseDownstreamProtocolConfig(options));
        }
        Ok(())
    }
}
