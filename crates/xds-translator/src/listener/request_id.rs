//! What the identities of requests say about their traces.
//!
//! API: `EnvoyProxy.spec.telemetry.requestID.tracing`. Envoy: `request_id_extension` of the connection manager.

use eg_diag::Diagnostic;
use eg_ir::{FeatureId, listener::TracedRequestId};

use super::ListenerFeature;
use crate::{
    envoy::{any, hcm, uuid_request_id},
    http::ServerCx,
};

/// What the identities of requests say about their traces.
pub(super) struct RequestId;

impl ListenerFeature for RequestId {
    fn id(&self) -> FeatureId {
        FeatureId::new("request_id")
    }

    fn connection_manager(
        &self,
        cx: ServerCx<'_>,
        manager: &mut hcm::HttpConnectionManager,
    ) -> Result<(), Diagnostic> {
        if let Some(TracedRequestId { packs, samples }) = cx.server.request_id {
            let config = uuid_request_id::UuidRequestIdConfig {
                pack_trace_reason: Some(packs),
                use_request_id_for_trace_sampling: Some(samples),
            };
            manager.request_id_extension = Some(hcm::RequestIdExtension { typed_config: Some(any(&config)) });
        }
        Ok(())
    }
}
