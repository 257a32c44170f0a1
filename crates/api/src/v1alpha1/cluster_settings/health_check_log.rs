//! Logs of health checks.

use serde::{Deserialize, Serialize};

/// Logs changes of health.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct ProxyHealthCheckLog {
    /// Events that are logged; those that change health when empty. Each is one of `Failure`,
    /// `FailureSeriesStart`, `Success` or `HealthyTransition`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub matches: Vec<String>,
    /// Where the log goes.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub sinks: Vec<ProxyHealthCheckLogSink>,
}

/// Where a health log goes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct ProxyHealthCheckLogSink {
    /// Settings for `File`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<FileEnvoyProxyHealthCheckLog>,
    /// Kind of the sink. Only `File` is known.
    pub r#type: String,
}

/// A health log in a file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct FileEnvoyProxyHealthCheckLog {
    /// Path of the file, on the proxy's machine.
    pub path: String,
}
