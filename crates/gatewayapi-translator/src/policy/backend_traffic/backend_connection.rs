//! Buffers of connections to backends, and connections opened ahead.
//!
//! API: `BackendTrafficPolicy.spec.connection`. IR: [`BackendConnection`]. The buffers of the socket are accepted for
//! compatibility, without effect. A size that is none makes routes answer 500.

use eg_api::v1alpha1::{BackendConnection as Written, BackendTrafficPolicySpec, PreconnectPolicy};
use eg_diag::Code;
use eg_ir::{FeatureId, cluster::BackendConnection, features};

use super::{BackendTraffic, BackendTrafficSlot};
use crate::policy::reading::{ReadField, Reading};

static INVALID: Code = Code::error("invalid-backend-connection", "Accepted", "Invalid");

/// Buffers of connections to backends, and connections opened ahead.
pub(super) struct BackendConnectionField;

impl ReadField<BackendTraffic> for BackendConnectionField {
    const ID: FeatureId = features::BACKEND_CONNECTION;
    const NAME: &'static str = "connection";
    const INVALID: &'static Code = &INVALID;
    type Written = Written;

    fn written(spec: &BackendTrafficPolicySpec) -> Option<&Written> {
        spec.cluster.connection.as_ref()
    }

    fn read(
        Written { buffer_limit, preconnect, socket_buffer_limit: _ }: &Written,
        _: &BackendTrafficPolicySpec,
        slot: &mut BackendTrafficSlot,
        mut reading: Reading<'_>,
    ) {
        let mut lowered = BackendConnection {
            buffer_bytes: reading.bytes("bufferLimit", buffer_limit.as_ref(), 0..=u32::MAX),
            ..BackendConnection::default()
        };
        if let Some(PreconnectPolicy { per_endpoint_percent, predictive_percent }) = preconnect {
            let mut ahead = reading.at("preconnect");
            lowered.per_endpoint_percent = ahead.count("perEndpointPercent", *per_endpoint_percent);
            lowered.predictive_percent = ahead.count("predictivePercent", *predictive_percent);
        }
        slot.cluster_mut().connection = Some(lowered);
    }
}
