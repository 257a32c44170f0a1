//! Logs of health checks.

use serde::{Deserialize, Serialize};

#[cfg(feature = "schema")]
use crate::schema::{cel, list_set};
#[cfg(feature = "schema")]
use crate::v1alpha1::{format, rules};

/// Logs changes of health.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
pub struct ProxyHealthCheckLog {
    /// Events that are logged; those that change health when empty. Each is one of `Failure`,
    /// `FailureSeriesStart`, `Success` or `HealthyTransition`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "schema", schemars(with = "Vec<format::HealthCheckLogEvent>", length(max = 4), transform = list_set, transform = cel(rules::PROXY_HEALTH_CHECK_LOG_MATCHES)))]
    pub matches: Vec<String>,
    /// Where the log goes.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "schema", schemars(length(max = 1)))]
    pub sinks: Vec<ProxyHealthCheckLogSink>,
}

/// Where a health log goes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
#[cfg_attr(feature = "schema", schemars(transform = cel(rules::PROXY_HEALTH_CHECK_LOG_SINK)))]
pub struct ProxyHealthCheckLogSink {
    /// Settings for `File`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<FileEnvoyProxyHealthCheckLog>,
    /// Kind of the sink. Only `File` is known.
    #[cfg_attr(feature = "schema", schemars(extend("enum" = ["File"])))]
    pub r#type: String,
}

/// A health log in a file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
pub struct FileEnvoyProxyHealthCheckLog {
    /// Path of the file, on the proxy's machine.
    #[cfg_attr(feature = "schema", schemars(length(min = 1)))]
    pub path: String,
}
