//! Repeating failed requests.
//!
//! API: `BackendTrafficPolicy.spec.retry`. IR: [`Retry`]. Retries of the route go before it. Without `retryOn`, requests are sent
//! again when no endpoint could be reached or answered, and for 503. An interval of 0, or one that is no length of time,
//! makes routes answer 500.

use eg_api::v1alpha1::{BackOffPolicy, PerRetryPolicy, Retry as Written, RetryOn};
use eg_diag::{Code, Diagnostic, FieldPath};
use eg_ir::{
    FeatureId, Name, features,
    route::{BackOff, Retry},
};

use super::{BackendTraffic, BackendTrafficSlot, Reader};
use crate::policy::{Declared, FieldCx, PolicyField};

static INVALID: Code = Code::error("invalid-backend-retry", "Accepted", "Invalid");

/// How often a request is sent again when the policy does not say.
const ATTEMPTS: u32 = 2;
/// The status code that is a failure when the policy says nothing of failures.
const UNAVAILABLE: u16 = 503;
const TRIGGERS: [&str; 5] =
    ["connect-failure", "refused-stream", "unavailable", "cancelled", "retriable-status-codes"];

/// Repeating failed requests.
pub(super) struct RetryField;

impl PolicyField<BackendTraffic> for RetryField {
    fn id(&self) -> FeatureId {
        features::RETRY
    }

    fn is_set(&self, policy: &Declared<'_, BackendTraffic>) -> bool {
        policy.spec.cluster.retry.is_some()
    }

    fn validate(&self, policy: &Declared<'_, BackendTraffic>, problems: &mut Vec<Diagnostic>) {
        lower(policy, problems);
    }

    fn lower(
        &self,
        cx: &FieldCx<'_, '_, BackendTraffic>,
        slot: &mut BackendTrafficSlot,
    ) -> Result<(), Diagnostic> {
        slot.route_mut().retry = lower(cx.policy, &mut Vec::new());
        Ok(())
    }
}

fn lower(policy: &Declared<'_, BackendTraffic>, problems: &mut Vec<Diagnostic>) -> Option<Retry> {
    let Written { num_attempts_per_priority, num_retries, per_retry, retry_on } =
        policy.spec.cluster.retry.as_ref()?;
    let mut reader = Reader::new(&INVALID, problems);
    let at = FieldPath::spec().field("retry");
    let default_triggers = || TRIGGERS.map(Name::from).to_vec();
    let (triggers, statuses) = match retry_on {
        None => (default_triggers(), vec![UNAVAILABLE]),
        Some(RetryOn { http_status_codes, triggers }) => {
            let triggers: Vec<Name> = triggers.iter().map(|trigger| trigger.as_str().into()).collect();
            let statuses = http_status_codes.iter().filter_map(|code| {
                let status = u16::try_from(*code).ok().filter(|code| (100..=599).contains(code));
                let message = || format!("{code} is not a status code");
                reader.known(status.ok_or_else(message), at.field("retryOn").field("httpStatusCodes"))
            });
            let statuses = statuses.collect();
            (if triggers.is_empty() { default_triggers() } else { triggers }, statuses)
        }
    };
    let per_retry = per_retry.as_ref();
    let attempt = per_retry.and_then(|PerRetryPolicy { timeout, .. }| timeout.as_ref());
    let attempts_per_priority = reader.count(*num_attempts_per_priority, at.field("numAttemptsPerPriority"));
    Some(Retry {
        attempts: reader.count(*num_retries, at.field("numRetries")).unwrap_or(ATTEMPTS),
        triggers,
        statuses,
        attempt_timeout_ms: reader.millis(attempt, at.field("perRetry").field("timeout")),
        back_off: per_retry.and_then(|per_retry| per_retry.back_off.as_ref()).and_then(|back_off| {
            lower_back_off(back_off, &at.field("perRetry").field("backOff"), &mut reader)
        }),
        attempts_per_priority: attempts_per_priority.filter(|attempts| *attempts > 0),
    })
}

fn lower_back_off(
    BackOffPolicy { base_interval, max_interval }: &BackOffPolicy,
    at: &FieldPath,
    reader: &mut Reader<'_>,
) -> Option<BackOff> {
    let mut interval = |duration: &Option<eg_api::meta::Duration>, field| {
        let millis = reader.millis(duration.as_ref(), at.field(field))?;
        if millis == 0 {
            reader.refuse(at.field(field), "expected more than 0");
        }
        Some(millis).filter(|millis| *millis > 0)
    };
    let (base, max) = (interval(base_interval, "baseInterval"), interval(max_interval, "maxInterval"));
    if let (Some(base), Some(max)) = (base, max)
        && max < base
    {
        reader.refuse(at.field("maxInterval"), "expected no less than baseInterval");
    }
    base.map(|base_ms| BackOff { base_ms, max_ms: max })
}
