//! Time limits of requests.
//!
//! API: `HTTPRoute.spec.rules[].timeouts`, and `BackendTrafficPolicy.spec.timeout.http` for what the rule does not say. Envoy:
//! `RouteAction.timeout`, `max_stream_duration`, and `idle_timeout`, which is never shorter than the request timeout unless
//! a policy says so, so that the request timeout is the one that counts.

use eg_diag::Diagnostic;
use eg_ir::{FeatureId, features, route::RouteTimeout};

use super::{HttpFeature, RouteCx, forwarding};
use crate::envoy::{millis, route};

/// The idle timeout of a route with a shorter request timeout: one hour.
const IDLE_MS: u64 = 3_600_000;

/// Time limits of requests.
pub(super) struct Timeout;

impl HttpFeature for Timeout {
    fn id(&self) -> FeatureId {
        features::TIMEOUT
    }

    fn route(&self, cx: RouteCx<'_>, route: &mut route::Route) -> Result<(), Diagnostic> {
        let Some(action) = forwarding(route) else { return Ok(()) };
        let policy = cx.route.traffic.as_ref().and_then(|traffic| traffic.timeout.as_ref());
        let RouteTimeout { request_ms, stream_idle_ms, max_stream_ms } = policy.cloned().unwrap_or_default();
        let timeout = cx.route.timeout_ms.or(request_ms);
        action.timeout = timeout.map(millis);
        // A request without limit has no idle limit either.
        let idle = timeout.map(|timeout| if timeout == 0 { 0 } else { timeout.max(IDLE_MS) });
        action.idle_timeout = stream_idle_ms.or(idle).map(millis);
        action.max_stream_duration = max_stream_ms.map(|max| route::route_action::MaxStreamDuration {
            max_stream_duration: Some(millis(max)),
            ..route::route_action::MaxStreamDuration::default()
        });
        Ok(())
    }
}
