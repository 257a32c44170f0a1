//! Limits beyond which requests to a cluster are refused at once.
//!
//! API: `BackendTrafficPolicy.spec.circuitBreaker`. Envoy: `Cluster.circuit_breakers`, and `max_requests_per_connection` of the
//! HTTP options. Without limits, retries are limited all the same.

use eg_diag::Diagnostic;
use eg_ir::{
    FeatureId,
    cluster::{CircuitBreaker as Limits, Cluster, RetryBudget, UpstreamProtocol},
    features,
};

use super::{ClusterDraft, ClusterFeature, MAX_RETRIES};
use crate::envoy::{
    cluster::{
        CircuitBreakers,
        circuit_breakers::{Thresholds, thresholds},
    },
    kind,
};

/// Limits beyond which requests to a cluster are refused at once.
pub(super) struct CircuitBreaker;

impl ClusterFeature for CircuitBreaker {
    fn id(&self) -> FeatureId {
        features::CIRCUIT_BREAKER
    }

    fn cluster(&self, ir: &Cluster, draft: &mut ClusterDraft) -> Result<(), Diagnostic> {
        let limits = ir.traffic.as_ref().and_then(|traffic| traffic.circuit_breaker.clone());
        let Limits {
            max_connections,
            max_pending_requests,
            max_requests,
            max_retries,
            max_requests_per_connection,
            max_connections_per_endpoint,
            retry_budget,
        } = limits.unwrap_or_default();
        let all = Thresholds {
            max_connections,
            max_pending_requests,
            max_requests,
            max_retries: Some(max_retries.unwrap_or(MAX_RETRIES)),
            retry_budget: retry_budget.map(|RetryBudget { parts_per_million, min_concurrency }| {
                thresholds::RetryBudget {
                    budget_percent: Some(kind::Percent { value: f64::from(parts_per_million) / 10_000.0 }),
                    min_retry_concurrency: min_concurrency,
                    ..thresholds::RetryBudget::default()
                }
            }),
            ..Thresholds::default()
        };
        let each = max_connections_per_endpoint
            .map(|max| Thresholds { max_connections: Some(max), ..Thresholds::default() });
        draft.cluster.circuit_breakers =
            Some(CircuitBreakers { thresholds: vec![all], per_host_thresholds: each.into_iter().collect() });
        if max_requests_per_connection.is_some() && ir.protocol != UpstreamProtocol::Opaque {
            let options = draft.http.common_http_protocol_options.get_or_insert_default();
            options.max_requests_per_connection = max_requests_per_connection;
        }
        Ok(())
    }
}
