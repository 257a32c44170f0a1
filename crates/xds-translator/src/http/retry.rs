//! Repeating failed requests.
//!
//! API: `HTTPRoute.spec.rules[].retry`, `BackendTrafficPolicy.spec.retry`. Envoy: `RouteAction.retry_policy`. Another attempt
//! goes to another endpoint as long as there is one.

use eg_diag::{Diagnostic, FieldPath};
use eg_ir::{
    FeatureId, features,
    route::{BackOff, Retry as Policy},
};

use super::{HttpFeature, RouteCx, forwarding};
use crate::{
    envoy::{any, core, millis, previous_hosts, previous_priorities, route},
    finding::not_expressible,
};

/// How often an endpoint that was tried already is drawn again before it is accepted.
const MAX_DRAWS: i64 = 5;

/// Repeating failed requests.
pub(super) struct Retry;

impl HttpFeature for Retry {
    fn id(&self) -> FeatureId {
        features::RETRY
    }

    fn route(&self, cx: RouteCx<'_>, route: &mut route::Route) -> Result<(), Diagnostic> {
        let of_policy = cx.route.traffic.as_ref().and_then(|traffic| traffic.retry.as_ref());
        if let (Some(policy), Some(action)) = (cx.route.retry.as_deref().or(of_policy), forwarding(route)) {
            action.retry_policy = Some(emit(policy)?);
        }
        Ok(())
    }
}

fn emit(policy: &Policy) -> Result<route::RetryPolicy, Diagnostic> {
    use route::retry_policy::{RetryHostPredicate, retry_host_predicate::ConfigType};
    let Policy { attempts, triggers, statuses, attempt_timeout_ms, back_off, attempts_per_priority } = policy;
    let another_host = RetryHostPredicate {
        name: "envoy.retry_host_predicates.previous_hosts".to_owned(),
        config_type: Some(ConfigType::TypedConfig(any(&previous_hosts::PreviousHostsPredicate {}))),
    };
    Ok(route::RetryPolicy {
        retry_on: triggers.join(","),
        num_retries: Some(*attempts),
        per_try_timeout: attempt_timeout_ms.map(millis),
        retry_priority: attempts_per_priority.map(another_priority).transpose()?,
        retry_host_predicate: vec![another_host],
        host_selection_retry_max_attempts: MAX_DRAWS,
        retriable_status_codes: statuses.iter().map(|status| u32::from(*status)).collect(),
        retry_back_off: back_off.map(|BackOff { base_ms, max_ms }| route::retry_policy::RetryBackOff {
            base_interval: Some(millis(base_ms)),
            max_interval: max_ms.map(millis),
        }),
        ..route::RetryPolicy::default()
    })
}

/// How failed requests to a service that the proxy asks are repeated.
pub(super) fn of_service(Policy { attempts, triggers, back_off, .. }: &Policy) -> core::RetryPolicy {
    core::RetryPolicy {
        retry_back_off: back_off.map(|BackOff { base_ms, max_ms }| core::BackoffStrategy {
            base_interval: Some(millis(base_ms)),
            max_interval: max_ms.map(millis),
        }),
        num_retries: Some(*attempts),
        retry_on: triggers.join(","),
        ..core::RetryPolicy::default()
    }
}

fn another_priority(attempts: u32) -> Result<route::retry_policy::RetryPriority, Diagnostic> {
    use route::retry_policy::{RetryPriority, retry_priority::ConfigType};
    let update_frequency = i32::try_from(attempts).map_err(|_| {
        let path = FieldPath::spec().field("retry").field("numAttemptsPerPriority");
        not_expressible(path, format!("at most {} attempts are possible", i32::MAX))
    })?;
    let config = previous_priorities::PreviousPrioritiesConfig { update_frequency };
    Ok(RetryPriority {
        name: "envoy.retry_priorities.previous_priorities".to_owned(),
        config_type: Some(ConfigType::TypedConfig(any(&config))),
    })
}
