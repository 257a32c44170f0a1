//! Access logs.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::gateway::HttpHeader;
#[cfg(feature = "schema")]
use crate::schema::cel;
use crate::v1alpha1::BackendCluster;
#[cfg(feature = "schema")]
use crate::v1alpha1::{format, rules};

/// Access logs.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
pub struct ProxyAccessLog {
    /// Whether there are none; `false` when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub disable: Option<bool>,
    /// The logs; JSON to the standard output when empty.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "schema", schemars(length(min = 1, max = 50)))]
    pub settings: Vec<ProxyAccessLogSetting>,
}

/// One access log.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
pub struct ProxyAccessLogSetting {
    /// Form of the entries.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub format: Option<ProxyAccessLogFormat>,
    /// Expressions in CEL, all of which must be true for an entry.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "schema", schemars(length(max = 10)))]
    pub matches: Vec<String>,
    /// Where the entries go.
    #[cfg_attr(feature = "schema", schemars(length(min = 1, max = 50)))]
    pub sinks: Vec<ProxyAccessLogSink>,
    /// What gets an entry: connections of the listener, requests of routes, or attempts at
    /// backends; requests, and connections without one, when unset. One of `Listener`, `Route` or
    /// `Upstream`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(extend("enum" = ["Listener", "Route", "Upstream"])))]
    pub r#type: Option<String>,
}

/// Form of the entries.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
#[cfg_attr(feature = "schema", schemars(transform = cel(rules::PROXY_ACCESS_LOG_FORMAT)))]
pub struct ProxyAccessLogFormat {
    /// Names and values, with Envoy's command operators, for `JSON`; with `OpenTelemetry` the
    /// attributes.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub json: BTreeMap<String, String>,
    /// The entry, with Envoy's command operators, for `Text`; with `OpenTelemetry` the body.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// The form; unset for both, with `OpenTelemetry` only. One of `Text` or `JSON`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(extend("enum" = ["Text", "JSON"])))]
    pub r#type: Option<String>,
}

/// Where the entries go.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
#[cfg_attr(feature = "schema", schemars(transform = cel(rules::PROXY_ACCESS_LOG_SINK)))]
pub struct ProxyAccessLogSink {
    /// Settings for `ALS`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub als: Option<AlsEnvoyProxyAccessLog>,
    /// Settings for `File`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<FileEnvoyProxyAccessLog>,
    /// Settings for `OpenTelemetry`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub open_telemetry: Option<OpenTelemetryEnvoyProxyAccessLog>,
    /// Kind of the sink. One of `ALS`, `File` or `OpenTelemetry`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(extend("enum" = ["ALS", "File", "OpenTelemetry"])))]
    pub r#type: Option<String>,
}

/// A service that speaks Envoy's access log protocol.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
#[cfg_attr(feature = "schema", schemars(transform = cel(rules::ALS_ENVOY_PROXY_ACCESS_LOG)))]
pub struct AlsEnvoyProxyAccessLog {
    /// Where the service runs and how Envoy connects to it.
    #[serde(flatten)]
    pub backend: BackendCluster,
    /// Settings for `HTTP`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub http: Option<AlsEnvoyProxyHttpAccessLogConfig>,
    /// Name of the log that the service is told; made of namespace and name of the Gateway when
    /// unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(length(min = 1)))]
    pub log_name: Option<String>,
    /// Whether entries are those of requests or of connections: `HTTP` or `TCP`. One of `HTTP` or
    /// `TCP`.
    #[cfg_attr(feature = "schema", schemars(extend("enum" = ["HTTP", "TCP"])))]
    pub r#type: String,
}

/// Which headers are in the entries.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
pub struct AlsEnvoyProxyHttpAccessLogConfig {
    /// Headers of requests.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub request_headers: Vec<String>,
    /// Headers of responses.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub response_headers: Vec<String>,
    /// Trailers of responses.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub response_trailers: Vec<String>,
}

/// An access log in a file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
pub struct FileEnvoyProxyAccessLog {
    /// Path of the file on the proxy's machine, `/dev/stdout` for example.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(length(min = 1)))]
    pub path: Option<String>,
}

/// An OpenTelemetry collector for logs.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
#[cfg_attr(feature = "schema", schemars(transform = cel(rules::OPEN_TELEMETRY_ENVOY_PROXY_ACCESS_LOG)))]
pub struct OpenTelemetryEnvoyProxyAccessLog {
    /// Where the service runs and how Envoy connects to it.
    #[serde(flatten)]
    pub backend: BackendCluster,
    /// Headers of the calls, for authentication for example.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "schema", schemars(length(min = 1, max = 32), transform = format::any_header_value))]
    pub headers: Vec<HttpHeader>,
    /// Host of the collector. Deprecated: use `backendRefs`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub host: Option<String>,
    /// Port of the collector. Deprecated: use `backendRefs`. Defaults to `4317`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(range(min = 0), extend("x-default" = 4317)))]
    pub port: Option<i32>,
    /// Attributes of the resource that the entries are about.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub resource_attributes: BTreeMap<String, String>,
    /// Attributes of the resource. Deprecated: use `resourceAttributes`.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub resources: BTreeMap<String, String>,
}
