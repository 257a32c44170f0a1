//! Access logs.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::gateway::HttpHeader;
use crate::v1alpha1::BackendCluster;

/// The `ProxyAccessLog` part of the API.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct ProxyAccessLog {
    /// Sets disable.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub disable: Option<bool>,
    /// Sets settings.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub settings: Vec<ProxyAccessLogSetting>,
}

/// The `ProxyAccessLogSetting` part of the API.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct ProxyAccessLogSetting {
    /// Sets format.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub format: Option<ProxyAccessLogFormat>,
    /// Sets matches.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub matches: Vec<String>,
    /// Sets sinks.
    pub sinks: Vec<ProxyAccessLogSink>,
    /// Sets type. One of `Listener`, `Route` or `Upstream`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub r#type: Option<String>,
}

/// The `ProxyAccessLogFormat` part of the API.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct ProxyAccessLogFormat {
    /// Sets json.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub json: BTreeMap<String, String>,
    /// Sets text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// Sets type. One of `Text` or `JSON`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub r#type: Option<String>,
}

/// The `ProxyAccessLogSink` part of the API.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct ProxyAccessLogSink {
    /// Sets als.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub als: Option<AlsEnvoyProxyAccessLog>,
    /// Sets file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<FileEnvoyProxyAccessLog>,
    /// Sets open telemetry.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub open_telemetry: Option<OpenTelemetryEnvoyProxyAccessLog>,
    /// Sets type. One of `ALS`, `File` or `OpenTelemetry`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub r#type: Option<String>,
}

/// The `ALSEnvoyProxyAccessLog` part of the API.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct AlsEnvoyProxyAccessLog {
    /// Where the service runs and how Envoy connects to it.
    #[serde(flatten)]
    pub backend: BackendCluster,
    /// Sets http.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub http: Option<AlsEnvoyProxyHttpAccessLogConfig>,
    /// Sets log name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub log_name: Option<String>,
    /// Sets type. One of `HTTP` or `TCP`.
    pub r#type: String,
}

/// The `ALSEnvoyProxyHTTPAccessLogConfig` part of the API.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct AlsEnvoyProxyHttpAccessLogConfig {
    /// Sets request headers.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub request_headers: Vec<String>,
    /// Sets response headers.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub response_headers: Vec<String>,
    /// Sets response trailers.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub response_trailers: Vec<String>,
}

/// The `FileEnvoyProxyAccessLog` part of the API.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct FileEnvoyProxyAccessLog {
    /// Sets path.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
}

/// The `OpenTelemetryEnvoyProxyAccessLog` part of the API.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct OpenTelemetryEnvoyProxyAccessLog {
    /// Where the service runs and how Envoy connects to it.
    #[serde(flatten)]
    pub backend: BackendCluster,
    /// Sets headers.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub headers: Vec<HttpHeader>,
    /// Sets host.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub host: Option<String>,
    /// Sets port. Defaults to `4317`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub port: Option<i32>,
    /// Sets resource attributes.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub resource_attributes: BTreeMap<String, String>,
    /// Sets resources.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub resources: BTreeMap<String, String>,
}
