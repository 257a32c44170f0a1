//! Buffers of connections to endpoints, and connections opened ahead.
//!
//! API: `BackendTrafficPolicy.spec.connection`. Envoy: `Cluster.per_connection_buffer_limit_bytes` and `preconnect_policy`.

use eg_diag::Diagnostic;
use eg_ir::{
    FeatureId,
    cluster::{BackendConnection as Settings, Cluster},
    features,
};

use super::{BUFFER_LIMIT, ClusterDraft, ClusterFeature};
use crate::envoy::cluster::cluster::PreconnectPolicy;

/// Buffers of connections to endpoints, and connections opened ahead.
pub(super) struct BackendConnection;

impl ClusterFeature for BackendConnection {
    fn id(&self) -> FeatureId {
        features::BACKEND_CONNECTION
    }

    fn cluster(&self, ir: &Cluster, draft: &mut ClusterDraft) -> Result<(), Diagnostic> {
        let settings = ir.traffic.as_ref().and_then(|traffic| traffic.connection.clone());
        let Settings { buffer_bytes, per_endpoint_percent, predictive_percent } =
            settings.unwrap_or_default();
        draft.cluster.per_connection_buffer_limit_bytes = Some(buffer_bytes.unwrap_or(BUFFER_LIMIT));
        if per_endpoint_percent.is_some() || predictive_percent.is_some() {
            let ratio = |percent: u32| f64::from(percent) / 100.0;
            draft.cluster.preconnect_policy = Some(PreconnectPolicy {
                per_upstream_preconnect_ratio: per_endpoint_percent.map(ratio),
                predictive_preconnect_ratio: predictive_percent.map(ratio),
                ..PreconnectPolicy::default()
            });
        }
        Ok(())
    }
}
