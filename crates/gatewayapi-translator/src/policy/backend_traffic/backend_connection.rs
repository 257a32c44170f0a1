//! Buffers of connections to backends, and connections opened ahead.
//!
//! API: `BackendTrafficPolicy.spec.connection`. IR: [`BackendConnection`]. The buffers of the socket are accepted for
//! compatibility, without effect. A size that is none makes routes answer 500.

use eg_api::v1alpha1::{BackendConnection as Written, PreconnectPolicy};
use eg_diag::{Code, Diagnostic, FieldPath};
use eg_ir::{FeatureId, cluster::BackendConnection, features};

use super::{BackendTraffic, BackendTrafficSlot, Reader};
use crate::policy::{Declared, FieldCx, PolicyField};

static INVALID: Code = Code::error("invalid-backend-connection", "Accepted", "Invalid");

/// Buffers of connections to backends, and connections opened ahead.
pub(super) struct BackendConnectionField;

impl PolicyField<BackendTraffic> for BackendConnectionField {
    fn id(&self) -> FeatureId {
        features::BACKEND_CONNECTION
    }

    fn is_set(&self, policy: &Declared<'_, BackendTraffic>) -> bool {
        policy.spec.cluster.connection.is_some()
    }

    fn validate(&self, policy: &Declared<'_, BackendTraffic>, problems: &mut Vec<Diagnostic>) {
        lower(policy, problems);
    }

    fn lower(
        &self,
        cx: &FieldCx<'_, '_, BackendTraffic>,
        slot: &mut BackendTrafficSlot,
    ) -> Result<(), Diagnostic> {
        slot.cluster_mut().connection = lower(cx.policy, &mut Vec::new());
        Ok(())
    }
}

fn lower(policy: &Declared<'_, BackendTraffic>, problems: &mut Vec<Diagnostic>) -> Option<BackendConnection> {
    let Written { buffer_limit, preconnect, socket_buffer_limit: _ } =
        policy.spec.cluster.connection.as_ref()?;
    let mut reader = Reader::new(&INVALID, problems);
    let at = FieldPath::spec().field("connection");
    let PreconnectPolicy { per_endpoint_percent, predictive_percent } =
        preconnect.clone().unwrap_or_default();
    let ahead = at.field("preconnect");
    Some(BackendConnection {
        buffer_bytes: reader.bytes(buffer_limit.as_ref(), at.field("bufferLimit")),
        per_endpoint_percent: reader.count(per_endpoint_percent, ahead.field("perEndpointPercent")),
        predictive_percent: reader.count(predictive_percent, ahead.field("predictivePercent")),
    })
}
