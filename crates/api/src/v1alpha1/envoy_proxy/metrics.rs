//! Metrics of the proxies.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::gateway::HttpHeader;
use crate::v1alpha1::{BackendCluster, Compression, StringMatch};

/// The `ProxyMetrics` part of the API.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct ProxyMetrics {
    /// Sets cluster stat name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cluster_stat_name: Option<String>,
    /// Sets enable grpc stats.
    #[serde(rename = "enableGRPCStats", skip_serializing_if = "Option::is_none")]
    pub enable_grpc_stats: Option<bool>,
    /// Sets enable per endpoint stats.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub enable_per_endpoint_stats: Option<bool>,
    /// Sets enable request response sizes stats.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub enable_request_response_sizes_stats: Option<bool>,
    /// Sets enable virtual host stats.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub enable_virtual_host_stats: Option<bool>,
    /// Sets matches.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub matches: Vec<StringMatch>,
    /// Sets prometheus.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prometheus: Option<ProxyPrometheusProvider>,
    /// Sets sinks.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub sinks: Vec<ProxyMetricSink>,
}

/// The `ProxyPrometheusProvider` part of the API.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct ProxyPrometheusProvider {
    /// Sets compression.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub compression: Option<Compression>,
    /// Sets disable.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub disable: Option<bool>,
}

/// The `ProxyMetricSink` part of the API.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct ProxyMetricSink {
    /// Sets open telemetry.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub open_telemetry: Option<ProxyOpenTelemetrySink>,
    /// Sets type. Only `OpenTelemetry` is known. Defaults to `OpenTelemetry`.
    pub r#type: String,
}

/// The `ProxyOpenTelemetrySink` part of the API.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct ProxyOpenTelemetrySink {
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
    /// Sets report counters as deltas.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub report_counters_as_deltas: Option<bool>,
    /// Sets report histograms as deltas.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub report_histograms_as_deltas: Option<bool>,
    /// Sets resource attributes.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub resource_attributes: BTreeMap<String, String>,
}
