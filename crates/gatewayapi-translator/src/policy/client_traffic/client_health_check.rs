//! Health checks of what is in front of the proxies.
//!
//! API: `ClientTrafficPolicy.spec.healthCheck`, for listeners that serve HTTP. IR: [`ClientHealthCheck`].

use eg_diag::Diagnostic;
use eg_ir::{
    FeatureId, features,
    listener::{ClientHealthCheck, ClientSettings},
};

use super::{ClientTraffic, ListenerProtocol};
use crate::policy::{Declared, FieldCx, PolicyField};

/// Health checks of what is in front of the proxies.
pub(super) struct ClientHealthCheckField;

impl PolicyField<ClientTraffic> for ClientHealthCheckField {
    fn id(&self) -> FeatureId {
        features::CLIENT_HEALTH_CHECK
    }

    fn is_set(&self, policy: &Declared<'_, ClientTraffic>) -> bool {
        policy.spec.health_check.is_some()
    }

    fn applies(&self, place: &ListenerProtocol) -> bool {
        place.is_http()
    }

    fn lower(
        &self,
        cx: &FieldCx<'_, '_, ClientTraffic>,
        slot: &mut ClientSettings,
    ) -> Result<(), Diagnostic> {
        let check = cx.policy.spec.health_check.as_ref();
        slot.health_check = check.map(|check| ClientHealthCheck { path: check.path.clone() });
        Ok(())
    }
}
