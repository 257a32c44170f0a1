//! Probes on idle connections to backends.
//!
//! API: `BackendTrafficPolicy.spec.tcpKeepalive`; an empty object turns probes on. IR: [`BackendKeepalive`]. A time that is
//! no length of time makes routes answer 500.

use eg_api::v1alpha1::{BackendTrafficPolicySpec, TcpKeepalive};
use eg_diag::Code;
use eg_ir::{FeatureId, cluster::BackendKeepalive, features};

use super::{BackendTraffic, BackendTrafficSlot};
use crate::policy::reading::{ReadField, Reading};

static INVALID: Code = Code::error("invalid-backend-keepalive", "Accepted", "Invalid");

/// Probes on idle connections to backends.
pub(super) struct BackendKeepaliveField;

impl ReadField<BackendTraffic> for BackendKeepaliveField {
    const ID: FeatureId = features::BACKEND_KEEPALIVE;
    const NAME: &'static str = "tcpKeepalive";
    const INVALID: &'static Code = &INVALID;
    type Written = TcpKeepalive;

    fn written(spec: &BackendTrafficPolicySpec) -> Option<&TcpKeepalive> {
        spec.cluster.tcp_keepalive.as_ref()
    }

    fn read(
        TcpKeepalive { idle_time, interval, probes }: &TcpKeepalive,
        _: &BackendTrafficPolicySpec,
        slot: &mut BackendTrafficSlot,
        mut reading: Reading<'_>,
    ) {
        slot.cluster_mut().keepalive = Some(BackendKeepalive {
            probes: reading.count("probes", *probes),
            idle_s: reading.seconds("idleTime", idle_time.as_ref()),
            interval_s: reading.seconds("interval", interval.as_ref()),
        });
    }
}
