//! Limits beyond which requests to backends are refused at once.
//!
//! API: `BackendTrafficPolicy.spec.circuitBreaker`. IR: [`CircuitBreaker`]. A number out of range makes routes answer 500.

use eg_api::v1alpha1::CircuitBreaker as Written;
use eg_diag::{Code, Diagnostic, FieldPath};
use eg_ir::{
    FeatureId,
    cluster::{CircuitBreaker, RetryBudget},
    features,
};

use super::{BackendTraffic, BackendTrafficSlot, Reader};
use crate::policy::{Declared, FieldCx, PolicyField};

static INVALID: Code = Code::error("invalid-circuit-breaker", "Accepted", "Invalid");

/// Limits beyond which requests are refused at once.
pub(super) struct CircuitBreakerField;

impl PolicyField<BackendTraffic> for CircuitBreakerField {
    fn id(&self) -> FeatureId {
        features::CIRCUIT_BREAKER
    }

    fn is_set(&self, policy: &Declared<'_, BackendTraffic>) -> bool {
        policy.spec.cluster.circuit_breaker.is_some()
    }

    fn validate(&self, policy: &Declared<'_, BackendTraffic>, problems: &mut Vec<Diagnostic>) {
        lower(policy, problems);
    }

    fn lower(
        &self,
        cx: &FieldCx<'_, '_, BackendTraffic>,
        slot: &mut BackendTrafficSlot,
    ) -> Result<(), Diagnostic> {
        slot.cluster_mut().circuit_breaker = lower(cx.policy, &mut Vec::new());
        Ok(())
    }
}

fn lower(policy: &Declared<'_, BackendTraffic>, problems: &mut Vec<Diagnostic>) -> Option<CircuitBreaker> {
    let Written {
        max_connections,
        max_parallel_requests,
        max_parallel_retries,
        max_pending_requests,
        max_requests_per_connection,
        per_endpoint,
        retry_budget,
    } = policy.spec.cluster.circuit_breaker.as_ref()?;
    let mut reader = Reader::new(&INVALID, problems);
    let at = FieldPath::spec().field("circuitBreaker");
    let per_endpoint = per_endpoint.as_ref().and_then(|endpoint| endpoint.max_connections);
    let budget = retry_budget.as_ref().map(|budget| {
        let denominator = i64::from(budget.percent.denominator.unwrap_or(100)).max(1);
        let parts = i64::from(budget.percent.numerator).saturating_mul(1_000_000) / denominator;
        let at = at.field("retryBudget");
        RetryBudget {
            parts_per_million: reader.count(Some(parts), at.field("percent")).unwrap_or_default(),
            min_concurrency: reader.count(budget.min_retry_concurrency, at.field("minRetryConcurrency")),
        }
    });
    Some(CircuitBreaker {
        max_connections: reader.count(*max_connections, at.field("maxConnections")),
        max_pending_requests: reader.count(*max_pending_requests, at.field("maxPendingRequests")),
        max_requests: reader.count(*max_parallel_requests, at.field("maxParallelRequests")),
        max_retries: reader.count(*max_parallel_retries, at.field("maxParallelRetries")),
        max_requests_per_connection: reader
            .count(*max_requests_per_connection, at.field("maxRequestsPerConnection")),
        max_connections_per_endpoint: reader
            .count(per_endpoint, at.field("perEndpoint").field("maxConnections")),
        retry_budget: budget,
    })
}
