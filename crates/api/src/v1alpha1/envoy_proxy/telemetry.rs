//! What proxies tell about their work.

use serde::{Deserialize, Serialize};

use crate::v1alpha1::{ProxyAccessLog, ProxyHealthCheckLog, ProxyMetrics, ProxyTracing};

/// The `ProxyTelemetry` part of the API.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct ProxyTelemetry {
    /// Sets access log.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub access_log: Option<ProxyAccessLog>,
    /// Sets health check log.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub health_check_log: Option<ProxyHealthCheckLog>,
    /// Sets metrics.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub metrics: Option<ProxyMetrics>,
    /// Sets request id.
    #[serde(rename = "requestID", skip_serializing_if = "Option::is_none")]
    pub request_id: Option<RequestIdSettings>,
    /// Sets tracing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tracing: Option<ProxyTracing>,
}

/// The `RequestIDSettings` part of the API.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct RequestIdSettings {
    /// Sets tracing. One of `PackAndSample`, `Sample`, `Pack` or `Disable`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tracing: Option<String>,
}
