//! Probes on idle connections to backends.
//!
//! API: `BackendTrafficPolicy.spec.tcpKeepalive`; an empty object turns probes on. IR: [`BackendKeepalive`]. A time that is
//! no length of time makes routes answer 500.

use eg_api::v1alpha1::TcpKeepalive;
use eg_diag::{Code, Diagnostic, FieldPath};
use eg_ir::{FeatureId, cluster::BackendKeepalive, features};

use super::{BackendTraffic, BackendTrafficSlot, Reader};
use crate::policy::{Declared, FieldCx, PolicyField};

static INVALID: Code = Code::error("invalid-backend-keepalive", "Accepted", "Invalid");

/// Probes on idle connections to backends.
pub(super) struct BackendKeepaliveField;

impl PolicyField<BackendTraffic> for BackendKeepaliveField {
    fn id(&self) -> FeatureId {
        features::BACKEND_KEEPALIVE
    }

    fn is_set(&self, policy: &Declared<'_, BackendTraffic>) -> bool {
        policy.spec.cluster.tcp_keepalive.is_some()
    }

    fn validate(&self, policy: &Declared<'_, BackendTraffic>, problems: &mut Vec<Diagnostic>) {
        if let Some(probes) = &policy.spec.cluster.tcp_keepalive {
            lower(probes, &FieldPath::spec().field("tcpKeepalive"), problems);
        }
    }

    fn lower(
        &self,
        cx: &FieldCx<'_, '_, BackendTraffic>,
        slot: &mut BackendTrafficSlot,
    ) -> Result<(), Diagnostic> {
        if let Some(probes) = &cx.policy.spec.cluster.tcp_keepalive {
            let probes = lower(probes, &FieldPath::root(), &mut Vec::new());
            slot.cluster_mut().keepalive = Some(probes);
        }
        Ok(())
    }
}

pub(super) fn lower(
    TcpKeepalive { idle_time, interval, probes }: &TcpKeepalive,
    at: &FieldPath,
    problems: &mut Vec<Diagnostic>,
) -> BackendKeepalive {
    let mut reader = Reader::new(&INVALID, problems);
    BackendKeepalive {
        probes: reader.count(*probes, at.field("probes")),
        idle_s: reader.seconds(idle_time.as_ref(), at.field("idleTime")),
        interval_s: reader.seconds(interval.as_ref(), at.field("interval")),
    }
}
