//! gRPC-Web.
//!
//! API: `ClientTrafficPolicy.spec.grpc.enableWeb`, for listeners that serve HTTP. IR: `ClientSettings::grpc_web`. Without it
//! gRPC-Web is translated where a listener has GRPCRoutes.

use eg_diag::Diagnostic;
use eg_ir::{FeatureId, features, listener::ClientSettings};

use super::{ClientTraffic, ListenerProtocol};
use crate::policy::{Declared, FieldCx, PolicyField};

/// gRPC-Web.
pub(super) struct GrpcField;

impl PolicyField<ClientTraffic> for GrpcField {
    fn id(&self) -> FeatureId {
        features::GRPC
    }

    fn is_set(&self, policy: &Declared<'_, ClientTraffic>) -> bool {
        policy.spec.grpc.is_some()
    }

    fn applies(&self, place: &ListenerProtocol) -> bool {
        place.is_http()
    }

    fn lower(
        &self,
        cx: &FieldCx<'_, '_, ClientTraffic>,
        slot: &mut ClientSettings,
    ) -> Result<(), Diagnostic> {
        slot.grpc_web = cx.policy.spec.grpc.as_ref().and_then(|grpc| grpc.enable_web);
        Ok(())
    }
}
