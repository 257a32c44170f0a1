//! Repeating failed requests.
//!
//! API: `BackendTrafficPolicy.spec.retry`. IR: [`Retry`]. Retries of the route go before it. Without `retryOn`, requests are sent
//! again when no endpoint could be reached or answered, and for 503. An interval of 0, or one that is no length of time,
//! makes routes answer 500.

use eg_api::{
    meta::Duration,
    v1alpha1::{BackOffPolicy, BackendTrafficPolicySpec, Retry as Written, RetryOn},
};
use eg_diag::Code;
use eg_ir::{
    FeatureId, Name, features,
    route::{BackOff, Retry},
};

use super::{BackendTraffic, BackendTrafficSlot};
use crate::policy::reading::{ReadField, Reading};

static INVALID: Code = Code::error("invalid-backend-retry", "Accepted", "Invalid");

/// How often a request is sent again when the policy does not say.
const ATTEMPTS: u32 = 2;
/// The status code that is a failure when the policy says nothing of failures.
const UNAVAILABLE: u16 = 503;
const TRIGGERS: [&str; 5] =
    ["connect-failure", "refused-stream", "unavailable", "cancelled", "retriable-status-codes"];

/// Repeating failed requests.
pub(super) struct RetryField;

impl ReadField<BackendTraffic> for RetryField {
    const ID: FeatureId = features::RETRY;
    const NAME: &'static str = "retry";
    const INVALID: &'static Code = &INVALID;
    type Written = Written;

    fn written(spec: &BackendTrafficPolicySpec) -> Option<&Written> {
        spec.cluster.retry.as_ref()
    }

    fn read(
        Written { num_attempts_per_priority, num_retries, per_retry, retry_on }: &Written,
        _: &BackendTrafficPolicySpec,
        slot: &mut BackendTrafficSlot,
        mut reading: Reading<'_>,
    ) {
        let (mut triggers, mut statuses) = (TRIGGERS.map(Name::from).to_vec(), vec![UNAVAILABLE]);
        if let Some(RetryOn { http_status_codes, triggers: written }) = retry_on {
            if !written.is_empty() {
                triggers = written.iter().map(|trigger| trigger.as_str().into()).collect();
            }
            let mut retry_on = reading.at("retryOn");
            let mut codes = retry_on.at("httpStatusCodes");
            statuses = http_status_codes.iter().filter_map(|code| codes.status(*code)).collect();
        }
        let attempt = per_retry.as_ref().and_then(|per_retry| per_retry.timeout.as_ref());
        let written = per_retry.as_ref().and_then(|per_retry| per_retry.back_off.as_ref());
        let attempts_per_priority = reading.count("numAttemptsPerPriority", *num_attempts_per_priority);
        slot.route_mut().retry = Some(Retry {
            attempts: reading.count("numRetries", *num_retries).unwrap_or(ATTEMPTS),
            triggers,
            statuses,
            attempt_timeout_ms: reading.at("perRetry").millis("timeout", attempt),
            back_off: written.and_then(|written| back_off(written, reading.at("perRetry").at("backOff"))),
            attempts_per_priority: attempts_per_priority.filter(|attempts| *attempts > 0),
        });
    }
}

fn back_off(
    BackOffPolicy { base_interval, max_interval }: &BackOffPolicy,
    mut reading: Reading<'_>,
) -> Option<BackOff> {
    let mut interval = |field, duration: &Option<Duration>| {
        let millis = reading.millis(field, duration.as_ref())?;
        if millis == 0 {
            reading.at(field).refuse("expected more than 0");
        }
        Some(millis).filter(|millis| *millis > 0)
    };
    let (base, max) = (interval("baseInterval", base_interval), interval("maxInterval", max_interval));
    if base.zip(max).is_some_and(|(base, max)| max < base) {
        reading.at("maxInterval").refuse("expected no less than baseInterval");
    }
    base.map(|base_ms| BackOff { base_ms, max_ms: max })
}
