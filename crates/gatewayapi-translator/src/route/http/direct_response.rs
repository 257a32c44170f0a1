//! Answers given by the proxy itself.
//!
//! They stand in for what is missing: 500 for a rule that was refused or has no valid backend, 503 for one without
//! endpoints.

use eg_ir::route::{DirectResponse, RouteAction};

/// What a rule answers that was refused.
pub(super) fn refused() -> RouteAction {
    RouteAction::DirectResponse(DirectResponse::default())
}
