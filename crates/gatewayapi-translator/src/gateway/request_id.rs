//! What the identities of requests say about their traces.
//!
//! API: `EnvoyProxy.spec.telemetry.requestID.tracing`. IR: `HttpServer::request_id`.

use eg_api::v1alpha1::EnvoyProxySpec;
use eg_ir::listener::TracedRequestId;

/// What the EnvoyProxy says; `None` leaves it to Envoy.
pub(super) fn lower(proxy: &EnvoyProxySpec) -> Option<TracedRequestId> {
    let wanted = proxy.telemetry.as_ref()?.request_id.as_ref()?.tracing.as_deref()?;
    let (packs, samples) = match wanted {
        "PackAndSample" => (true, true),
        "Pack" => (true, false),
        "Sample" => (false, true),
        "Disable" => (false, false),
        _ => return None,
    };
    Some(TracedRequestId { packs, samples })
}
