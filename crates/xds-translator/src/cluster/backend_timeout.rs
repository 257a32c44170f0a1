//! Time limits of connections to endpoints.
//!
//! API: `BackendTrafficPolicy.spec.timeout`. Envoy: `Cluster.connect_timeout`, and `common_http_protocol_options` of the
//! cluster's HTTP options.

use eg_diag::Diagnostic;
use eg_ir::{
    FeatureId,
    cluster::{BackendTimeout as Limits, Cluster, UpstreamProtocol},
    features,
};

use super::{ClusterDraft, ClusterFeature};
use crate::envoy::millis;

/// Time limits of connections to endpoints.
pub(super) struct BackendTimeout;

impl ClusterFeature for BackendTimeout {
    fn id(&self) -> FeatureId {
        features::BACKEND_TIMEOUT
    }

    fn cluster(&self, ir: &Cluster, draft: &mut ClusterDraft) -> Result<(), Diagnostic> {
        let Some(limits) = ir.traffic.as_ref().and_then(|traffic| traffic.timeout.as_ref()) else {
            return Ok(());
        };
        let Limits { connect_ms, idle_ms, max_duration_ms, max_stream_ms } = limits;
        if let Some(connect) = connect_ms {
            draft.cluster.connect_timeout = Some(millis(*connect));
        }
        let of_http = [idle_ms, max_duration_ms, max_stream_ms].iter().any(|limit| limit.is_some());
        if ir.protocol != UpstreamProtocol::Opaque && of_http {
            let options = draft.http.common_http_protocol_options.get_or_insert_default();
            options.idle_timeout = idle_ms.map(millis);
            options.max_connection_duration = max_duration_ms.map(millis);
            options.max_stream_duration = max_stream_ms.map(millis);
        }
        Ok(())
    }
}
