//! Requests that go on in the version of HTTP in which they came.
//!
//! API: `BackendTrafficPolicy.spec.useClientProtocol`. IR: `client_protocol` of clusters.
//!
//! Precedence: it goes before what backends say of themselves.

use eg_diag::Diagnostic;
use eg_ir::{FeatureId, features};

use super::{BackendTraffic, BackendTrafficSlot};
use crate::policy::{Declared, FieldCx, PolicyField};

/// Requests that go on in the version of HTTP in which they came.
pub(super) struct ClientProtocolField;

impl PolicyField<BackendTraffic> for ClientProtocolField {
    fn id(&self) -> FeatureId {
        features::CLIENT_PROTOCOL
    }

    fn is_set(&self, policy: &Declared<'_, BackendTraffic>) -> bool {
        policy.spec.use_client_protocol.is_some()
    }

    fn lower(
        &self,
        cx: &FieldCx<'_, '_, BackendTraffic>,
        slot: &mut BackendTrafficSlot,
    ) -> Result<(), Diagnostic> {
        slot.cluster_mut().client_protocol = cx.policy.spec.use_client_protocol;
        Ok(())
    }
}
