//! Limits beyond which requests to backends are refused at once.
//!
//! API: `BackendTrafficPolicy.spec.circuitBreaker`. IR: [`CircuitBreaker`]. A number out of range makes routes answer 500.

use eg_api::v1alpha1::{BackendTrafficPolicySpec, CircuitBreaker as Written, RetryBudget as Budget};
use eg_diag::Code;
use eg_ir::{
    FeatureId,
    cluster::{CircuitBreaker, RetryBudget},
    features,
};

use super::{BackendTraffic, BackendTrafficSlot};
use crate::policy::reading::{ReadField, Reading};

static INVALID: Code = Code::error("invalid-circuit-breaker", "Accepted", "Invalid");

/// Limits beyond which requests are refused at once.
pub(super) struct CircuitBreakerField;

impl ReadField<BackendTraffic> for CircuitBreakerField {
    const ID: FeatureId = features::CIRCUIT_BREAKER;
    const NAME: &'static str = "circuitBreaker";
    const INVALID: &'static Code = &INVALID;
    type Written = Written;

    fn written(spec: &BackendTrafficPolicySpec) -> Option<&Written> {
        spec.cluster.circuit_breaker.as_ref()
    }

    fn read(
        written: &Written,
        _: &BackendTrafficPolicySpec,
        slot: &mut BackendTrafficSlot,
        mut reading: Reading<'_>,
    ) {
        let Written {
            max_connections,
            max_parallel_requests,
            max_parallel_retries,
            max_pending_requests,
            max_requests_per_connection,
            per_endpoint,
            retry_budget,
        } = written;
        let per_endpoint = per_endpoint.as_ref().and_then(|endpoint| endpoint.max_connections);
        slot.cluster_mut().circuit_breaker = Some(CircuitBreaker {
            max_connections: reading.count("maxConnections", *max_connections),
            max_pending_requests: reading.count("maxPendingRequests", *max_pending_requests),
            max_requests: reading.count("maxParallelRequests", *max_parallel_requests),
            max_retries: reading.count("maxParallelRetries", *max_parallel_retries),
            max_requests_per_connection: reading
                .count("maxRequestsPerConnection", *max_requests_per_connection),
            max_connections_per_endpoint: reading.at("perEndpoint").count("maxConnections", per_endpoint),
            retry_budget: retry_budget.as_ref().map(|written| budget(written, reading.at("retryBudget"))),
        });
    }
}

fn budget(written: &Budget, mut reading: Reading<'_>) -> RetryBudget {
    let Budget { min_retry_concurrency, percent } = written;
    let denominator = i64::from(percent.denominator.unwrap_or(100)).max(1);
    let parts = i64::from(percent.numerator).saturating_mul(1_000_000) / denominator;
    RetryBudget {
        parts_per_million: reading.count("percent", Some(parts)).unwrap_or_default(),
        min_concurrency: reading.count("minRetryConcurrency", *min_retry_concurrency),
    }
}
