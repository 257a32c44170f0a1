//! Time limits of requests.
//!
//! API: `HTTPRoute.spec.rules[].timeouts`. Envoy: `RouteAction.timeout`, and an idle timeout that is never shorter, so
//! that the request timeout is the one that counts.

use eg_diag::Diagnostic;
use eg_ir::{FeatureId, features};

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
        if let (Some(timeout), Some(action)) = (cx.route.timeout_ms, forwarding(route)) {
            action.timeout = Some(millis(timeout));
            // A request without limit has no idle limit either.
            let idle = if timeout == 0 { 0 } else { timeout.max(IDLE_MS) };
            action.idle_timeout = Some(millis(idle));
        }
        Ok(())
    }
}
