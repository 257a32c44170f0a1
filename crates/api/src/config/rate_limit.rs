//! The rate-limit service.

use serde::{Deserialize, Serialize};

use crate::gateway::SecretObjectReference;
use crate::meta::Duration;

/// The `RateLimit` part of the API.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct RateLimit {
    /// Sets backend.
    pub backend: RateLimitDatabaseBackend,
    /// Sets fail closed.
    pub fail_closed: bool,
    /// Sets telemetry.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub telemetry: Option<RateLimitTelemetry>,
    /// Sets timeout.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timeout: Option<Duration>,
}

/// The `RateLimitDatabaseBackend` part of the API.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct RateLimitDatabaseBackend {
    /// Sets redis.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub redis: Option<RateLimitRedisSettings>,
    /// Sets type. Only `Redis` is known.
    pub r#type: String,
}

/// The `RateLimitRedisSettings` part of the API.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct RateLimitRedisSettings {
    /// Sets tls.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tls: Option<RedisTlsSettings>,
    /// Sets url.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// Sets url ref.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url_ref: Option<RedisUrlSource>,
}

/// The `RedisTLSSettings` part of the API.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct RedisTlsSettings {
    /// Sets certificate ref.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub certificate_ref: Option<SecretObjectReference>,
}

/// The `RedisURLSource` part of the API.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct RedisUrlSource {
    /// Sets secret key ref.
    pub secret_key_ref: SecretKeySelector,
}

/// The `SecretKeySelector` part of the API.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct SecretKeySelector {
    /// Sets key.
    pub key: String,
    /// Sets name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Sets optional.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub optional: Option<bool>,
}

/// The `RateLimitTelemetry` part of the API.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct RateLimitTelemetry {
    /// Sets metrics.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub metrics: Option<RateLimitMetrics>,
    /// Sets tracing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tracing: Option<RateLimitTracing>,
}

/// The `RateLimitMetrics` part of the API.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct RateLimitMetrics {
    /// Sets prometheus.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prometheus: Option<RateLimitMetricsPrometheusProvider>,
}

/// The `RateLimitMetricsPrometheusProvider` part of the API.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct RateLimitMetricsPrometheusProvider {
    /// Sets disable.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub disable: Option<bool>,
}

/// The `RateLimitTracing` part of the API.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct RateLimitTracing {
    /// Sets provider.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub provider: Option<RateLimitTracingProvider>,
    /// Sets sampling rate.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sampling_rate: Option<i32>,
}

/// The `RateLimitTracingProvider` part of the API.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct RateLimitTracingProvider {
    /// Sets type.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub r#type: Option<String>,
    /// Sets url.
    pub url: String,
}
