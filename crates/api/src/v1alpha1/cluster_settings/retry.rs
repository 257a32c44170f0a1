//! Which requests are tried again, and when.

use serde::{Deserialize, Serialize};

use crate::meta::Duration;
#[cfg(feature = "schema")]
use crate::v1alpha1::format;

/// Which requests are tried again, and when.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
pub struct Retry {
    /// Attempts at one priority before the next is used; unlimited when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub num_attempts_per_priority: Option<i32>,
    /// Number of retries. Defaults to `2`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(range(min = 0), extend("x-default" = 2)))]
    pub num_retries: Option<i32>,
    /// Limits of each attempt.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub per_retry: Option<PerRetryPolicy>,
    /// Failures that lead to a retry.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry_on: Option<RetryOn>,
}

/// Limits of each attempt.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
pub struct PerRetryPolicy {
    /// Waiting time between attempts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub back_off: Option<BackOffPolicy>,
    /// Time limit of each attempt; that of the request when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timeout: Option<Duration>,
}

/// Waiting time between attempts; it doubles, with a random part.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
pub struct BackOffPolicy {
    /// First waiting time; more than 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub base_interval: Option<Duration>,
    /// Longest waiting time; ten times the first when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_interval: Option<Duration>,
}

/// Failures that lead to a retry.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
pub struct RetryOn {
    /// Statuses that lead to a retry; need the trigger `retriable-status-codes`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "schema", schemars(with = "Vec<format::HttpStatus>"))]
    pub http_status_codes: Vec<i64>,
    /// Kinds of failures. When empty: `connect-failure`, `refused-stream`, `unavailable`,
    /// `cancelled` and `retriable-status-codes` with 503.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "schema", schemars(with = "Vec<format::RetryTrigger>"))]
    pub triggers: Vec<String>,
}
