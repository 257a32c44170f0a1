//! The rate-limit service.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::gateway::SecretObjectReference;
use crate::meta::Duration;

/// The rate-limit service, which counts for all proxies.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct RateLimit {
    /// Where the counts are.
    pub backend: RateLimitDatabaseBackend,
    /// Whether requests are refused while the service cannot be asked; `false` when unset.
    pub fail_closed: bool,
    /// Metrics and traces of the service.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub telemetry: Option<RateLimitTelemetry>,
    /// Time in which the service must answer; 20ms when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timeout: Option<Duration>,
}

/// Where counts are.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct RateLimitDatabaseBackend {
    /// Settings for `Redis`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub redis: Option<RateLimitRedisSettings>,
    /// The database. Only `Redis` is known.
    pub r#type: String,
}

/// A Redis server, sentinel or cluster: exactly one of `url` and `urlRef`.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct RateLimitRedisSettings {
    /// TLS towards the server; none when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tls: Option<RedisTlsSettings>,
    /// Host and port, or several of them with commas between.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// Where the URL is kept, if it holds a password.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url_ref: Option<RedisUrlSource>,
}

/// Shows everything but the user and password in the URL.
impl fmt::Debug for RateLimitRedisSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hosts = self.url.as_ref().map(|url| url.split(',').map(without_password).collect::<Vec<_>>());
        f.debug_struct("RateLimitRedisSettings")
            .field("tls", &self.tls)
            .field("url", &hosts)
            .field("url_ref", &self.url_ref)
            .finish()
    }
}

fn without_password(url: &str) -> &str {
    url.rsplit_once('@').map_or(url, |(_, host)| host)
}

/// TLS towards Redis.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct RedisTlsSettings {
    /// Secret with the certificate that the service presents; none when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub certificate_ref: Option<SecretObjectReference>,
}

/// Where a URL is kept.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct RedisUrlSource {
    /// The key of a Secret; it must not be optional.
    pub secret_key_ref: SecretKeySelector,
}

/// One key of a Secret.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct SecretKeySelector {
    /// The key.
    pub key: String,
    /// Name of the Secret.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Whether Secret or key may be missing; `false` when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub optional: Option<bool>,
}

/// Metrics and traces of the rate-limit service.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct RateLimitTelemetry {
    /// Metrics.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub metrics: Option<RateLimitMetrics>,
    /// Traces; none when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tracing: Option<RateLimitTracing>,
}

/// Metrics of the rate-limit service.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct RateLimitMetrics {
    /// The page for Prometheus.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prometheus: Option<RateLimitMetricsPrometheusProvider>,
}

/// The page with metrics for Prometheus.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct RateLimitMetricsPrometheusProvider {
    /// Whether there is no such page; `false` when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub disable: Option<bool>,
}

/// Traces of the rate-limit service.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct RateLimitTracing {
    /// Where the traces go.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub provider: Option<RateLimitTracingProvider>,
    /// Percentage of the calls that are traced; all when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sampling_rate: Option<i32>,
}

/// A collector of traces.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct RateLimitTracingProvider {
    /// Kind of the collector; only `OpenTelemetry`, also when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub r#type: Option<String>,
    /// URL of the collector.
    pub url: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_does_not_show_the_password() {
        let url = Some("redis://user:secret@one:6379,:secret@two:6379".to_owned());
        let text = format!("{:?}", RateLimitRedisSettings { url, ..Default::default() });
        assert!(text.contains("one:6379") && text.contains("two:6379"), "{text}");
        assert!(!text.contains("secret"), "{text}");
    }
}
