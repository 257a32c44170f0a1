//! Limits beyond which requests are refused at once.

use serde::{Deserialize, Serialize};

use crate::gateway::Fraction;

/// Limits beyond which requests are refused at once. Each proxy counts for itself.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
pub struct CircuitBreaker {
    /// Connections to all endpoints together. Defaults to `1024`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(range(min = 0, max = 4_294_967_295_i64), extend("x-default" = 1024)))]
    pub max_connections: Option<i64>,
    /// Requests under way. Defaults to `1024`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(range(min = 0, max = 4_294_967_295_i64), extend("x-default" = 1024)))]
    pub max_parallel_requests: Option<i64>,
    /// Retries under way. Ignored when there is a retry budget. Defaults to `1024`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(range(min = 0, max = 4_294_967_295_i64), extend("x-default" = 1024)))]
    pub max_parallel_retries: Option<i64>,
    /// Requests that wait for a connection. Defaults to `1024`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(range(min = 0, max = 4_294_967_295_i64), extend("x-default" = 1024)))]
    pub max_pending_requests: Option<i64>,
    /// Requests after which a connection is replaced; no limit when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(range(min = 0, max = 4_294_967_295_i64)))]
    pub max_requests_per_connection: Option<i64>,
    /// Limits of each endpoint.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub per_endpoint: Option<PerEndpointCircuitBreakers>,
    /// Limits retries to a part of the requests under way.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry_budget: Option<RetryBudget>,
}

/// Limits of each endpoint.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
pub struct PerEndpointCircuitBreakers {
    /// Connections to the endpoint. Defaults to `1024`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(range(min = 0, max = 4_294_967_295_i64), extend("x-default" = 1024)))]
    pub max_connections: Option<i64>,
}

/// Limits retries to a part of the requests under way.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
pub struct RetryBudget {
    /// Retries that are allowed however few requests there are; 3 when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min_retry_concurrency: Option<i32>,
    /// Part of the requests under way and waiting that may be retries.
    pub percent: Fraction,
}
