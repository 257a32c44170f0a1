//! Probes on idle connections to endpoints.
//!
//! API: `BackendTrafficPolicy.spec.tcpKeepalive`. Envoy: `Cluster.upstream_connection_options`.

use eg_diag::Diagnostic;
use eg_ir::{
    FeatureId,
    cluster::{BackendKeepalive as Probes, Cluster},
    features,
};

use super::{ClusterDraft, ClusterFeature};
use crate::envoy::{cluster as pb, core};

/// Probes on idle connections to endpoints.
pub(super) struct BackendKeepalive;

impl ClusterFeature for BackendKeepalive {
    fn id(&self) -> FeatureId {
        features::BACKEND_KEEPALIVE
    }

    fn cluster(&self, ir: &Cluster, draft: &mut ClusterDraft) -> Result<(), Diagnostic> {
        let probes = ir.traffic.as_ref().and_then(|traffic| traffic.keepalive.as_ref());
        draft.cluster.upstream_connection_options =
            probes.map(|Probes { probes, idle_s, interval_s }| pb::UpstreamConnectionOptions {
                tcp_keepalive: Some(core::TcpKeepalive {
                    keepalive_probes: *probes,
                    keepalive_time: *idle_s,
                    keepalive_interval: *interval_s,
                }),
                ..pb::UpstreamConnectionOptions::default()
            });
        Ok(())
    }
}
