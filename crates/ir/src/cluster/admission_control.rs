//! Requests that are refused while too many fail.

use serde::{Deserialize, Serialize};

/// Refuses a part of the requests while too many fail. What is absent is Envoy's default.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct AdmissionControl {
    /// Over which time successes are counted, in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub window_ms: Option<u64>,
    /// Below which part of successes requests are refused, in percent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min_success_percent: Option<u8>,
    /// How fast refusals grow as successes shrink; 1 is linear.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub aggression: Option<u32>,
    /// Below which number of requests per second none is refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min_requests_per_s: Option<u32>,
    /// The greatest part of requests that are refused, in percent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_refused_percent: Option<u8>,
    /// The status codes of successes.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub http_successes: Vec<u16>,
    /// The gRPC status codes of successes.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub grpc_successes: Vec<u8>,
}
