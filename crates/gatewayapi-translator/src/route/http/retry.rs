//! Repeating failed requests.
//!
//! API: `rules[].retry`. Requests are sent again when no endpoint could be reached or answered, and for the status codes
//! that are named (503 when none is). The limit of the request to the backend is then that of each attempt.

use eg_api::gateway::HttpRouteRetry;
use eg_diag::{Code, Diagnostic, FieldPath};
use eg_ir::{
    Name,
    route::{BackOff, Retry},
};

use crate::duration::millis;

static INVALID: Code = Code::error("invalid-retry", "Accepted", "UnsupportedValue");

/// How often a request is sent again when the rule does not say.
const ATTEMPTS: u32 = 2;
/// The status code that is a failure when the rule names none.
const UNAVAILABLE: u16 = 503;
const TRIGGERS: [&str; 5] =
    ["connect-failure", "refused-stream", "unavailable", "cancelled", "retriable-status-codes"];

/// When the requests of a rule are sent again.
pub(super) fn lower(
    retry: Option<&HttpRouteRetry>,
    attempt_timeout_ms: Option<u64>,
    rule: &FieldPath,
) -> Result<Option<Retry>, Diagnostic> {
    let Some(HttpRouteRetry { codes, attempts, backoff }) = retry else { return Ok(None) };
    let at = rule.field("retry");
    let refuse = |field, message: String| Diagnostic::new(&INVALID, at.field(field), message);
    let statuses = codes.iter().map(|code| match u16::try_from(*code) {
        Ok(code @ 100..=599) => Ok(code),
        _ => Err(refuse("codes", format!("{code} is not a status code"))),
    });
    let mut statuses = statuses.collect::<Result<Vec<u16>, _>>()?;
    if statuses.is_empty() {
        statuses.push(UNAVAILABLE);
    }
    let attempts = match attempts {
        None => ATTEMPTS,
        Some(attempts) => u32::try_from(*attempts)
            .map_err(|_| refuse("attempts", format!("{attempts} is not a number of attempts")))?,
    };
    let base = backoff.as_ref().map(millis).transpose().map_err(|message| refuse("backoff", message))?;
    Ok(Some(Retry {
        attempts,
        triggers: TRIGGERS.map(Name::from).to_vec(),
        statuses,
        attempt_timeout_ms,
        // Envoy refuses to wait for no time at all.
        back_off: base.filter(|base| *base > 0).map(|base_ms| BackOff { base_ms, max_ms: None }),
        attempts_per_priority: None,
    }))
}
