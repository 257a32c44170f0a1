//! Time limits of requests.
//!
//! API: `rules[].timeouts`. Without retries, the limit of the request to the backend is that of the whole exchange, so that
//! it goes before the limit of the request. 0 is without limit.

use eg_api::{gateway::HttpRouteTimeouts, meta::Duration};
use eg_diag::{Code, Diagnostic, FieldPath};

use super::filter::RuleDraft;

static INVALID: Code = Code::error("invalid-timeout", "Accepted", "UnsupportedValue");

/// Sets the limit of a rule.
pub(super) fn lower(
    timeouts: Option<&HttpRouteTimeouts>,
    rule: &FieldPath,
    draft: &mut RuleDraft,
    problems: &mut Vec<Diagnostic>,
) {
    let Some(HttpRouteTimeouts { request, backend_request }) = timeouts else { return };
    let at = rule.field("timeouts");
    let limits = [(request, "request"), (backend_request, "backendRequest")];
    for (limit, field) in limits.into_iter().filter_map(|(limit, field)| Some((limit.as_ref()?, field))) {
        match millis(limit) {
            Ok(limit) => draft.timeout_ms = Some(limit),
            Err(message) => problems.push(Diagnostic::new(&INVALID, at.field(field), message)),
        }
    }
}

/// The duration, which is not shortened to 0.
fn millis(duration: &Duration) -> Result<u64, String> {
    let duration = duration.to_std().map_err(|error| error.to_string())?;
    let millis = u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
    Ok(if millis == 0 && !duration.is_zero() { 1 } else { millis })
}
