//! Time limits of requests.
//!
//! API: `rules[].timeouts`. Without retries, the limit of the request to the backend is that of the whole exchange, so that
//! it goes before the limit of the request; with retries it is that of each attempt. 0 is without limit.

use eg_api::{gateway::HttpRouteTimeouts, meta::Duration};
use eg_diag::{Code, Diagnostic, FieldPath};

use crate::duration::millis;

static INVALID: Code = Code::error("invalid-timeout", "Accepted", "UnsupportedValue");

/// The limits of a rule, in milliseconds.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Limits {
    /// Of the exchange with the client.
    pub(super) request: Option<u64>,
    /// Of one attempt.
    pub(super) backend_request: Option<u64>,
}

/// The limits of a rule.
pub(super) fn lower(
    timeouts: Option<&HttpRouteTimeouts>,
    rule: &FieldPath,
    problems: &mut Vec<Diagnostic>,
) -> Limits {
    let Some(HttpRouteTimeouts { request, backend_request }) = timeouts else { return Limits::default() };
    let at = rule.field("timeouts");
    let mut limit = |duration: &Option<Duration>, field| match duration.as_ref().map(millis)? {
        Ok(millis) => Some(millis),
        Err(message) => {
            problems.push(Diagnostic::new(&INVALID, at.field(field), message));
            None
        }
    };
    Limits { request: limit(request, "request"), backend_request: limit(backend_request, "backendRequest") }
}
