//! Metrics of the proxies.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::gateway::HttpHeader;
#[cfg(feature = "schema")]
use crate::schema::cel;
use crate::v1alpha1::{BackendCluster, Compression, StringMatch};
#[cfg(feature = "schema")]
use crate::v1alpha1::{format, rules};

/// Metrics of the proxies.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
pub struct ProxyMetrics {
    /// Name of clusters in statistics, with operators such as `%ROUTE_NAME%` and `%BACKEND_REFS%`;
    /// that of the cluster when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cluster_stat_name: Option<String>,
    /// Whether gRPC calls are counted by service and method; `false` when unset.
    #[serde(rename = "enableGRPCStats", skip_serializing_if = "Option::is_none")]
    pub enable_grpc_stats: Option<bool>,
    /// Whether each endpoint has statistics of its own; `false` when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub enable_per_endpoint_stats: Option<bool>,
    /// Whether the sizes of messages are measured; `false` when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub enable_request_response_sizes_stats: Option<bool>,
    /// Whether each virtual host has statistics of its own; `false` when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub enable_virtual_host_stats: Option<bool>,
    /// Conditions on names of statistics that are kept although Envoy's defaults leave them out.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub matches: Vec<StringMatch>,
    /// The page for Prometheus.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prometheus: Option<ProxyPrometheusProvider>,
    /// Collectors that get the metrics.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "schema", schemars(length(max = 16)))]
    pub sinks: Vec<ProxyMetricSink>,
}

/// The page with metrics for Prometheus.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
pub struct ProxyPrometheusProvider {
    /// How the page is compressed; not when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub compression: Option<Compression>,
    /// Whether there is no such page; `false` when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub disable: Option<bool>,
}

/// A collector of metrics.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
#[cfg_attr(feature = "schema", schemars(transform = cel(rules::PROXY_METRIC_SINK)))]
pub struct ProxyMetricSink {
    /// Settings for `OpenTelemetry`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub open_telemetry: Option<ProxyOpenTelemetrySink>,
    /// Kind of the collector. Only `OpenTelemetry` is known. Defaults to `OpenTelemetry`.
    #[cfg_attr(feature = "schema", schemars(extend("enum" = ["OpenTelemetry"], "x-default" = "OpenTelemetry")))]
    pub r#type: String,
}

/// An OpenTelemetry collector for metrics.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
#[cfg_attr(feature = "schema", schemars(transform = cel(rules::PROXY_OPEN_TELEMETRY_SINK)))]
pub struct ProxyOpenTelemetrySink {
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
    #[cfg_attr(feature = "schema", schemars(range(min = 0, max = 65535), extend("x-default" = 4317)))]
    pub port: Option<i32>,
    /// Whether counters are told as what was added since the last time; `false` when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub report_counters_as_deltas: Option<bool>,
    /// Whether histograms are told as what was added since the last time; `false` when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub report_histograms_as_deltas: Option<bool>,
    /// Attributes of the resource that the metrics are about.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub resource_attributes: BTreeMap<String, String>,
}
