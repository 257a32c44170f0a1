//! Metrics and traces of the control plane.

use serde::{Deserialize, Serialize};

use crate::gateway::Fraction;
use crate::meta::Duration;

/// Metrics and traces of the control plane.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct EnvoyGatewayTelemetry {
    /// Metrics.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub metrics: Option<EnvoyGatewayMetrics>,
    /// Traces; none when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub traces: Option<EnvoyGatewayTraces>,
}

/// Metrics of the control plane.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct EnvoyGatewayMetrics {
    /// The page for Prometheus, at `0.0.0.0:19001/metrics`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prometheus: Option<EnvoyGatewayPrometheusProvider>,
    /// Collectors that get the metrics.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub sinks: Vec<EnvoyGatewayMetricSink>,
}

/// The page with metrics for Prometheus.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct EnvoyGatewayPrometheusProvider {
    /// Whether there is no such page; `false` when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub disable: Option<bool>,
}

/// A collector of metrics.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct EnvoyGatewayMetricSink {
    /// Settings for `OpenTelemetry`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub open_telemetry: Option<EnvoyGatewayOpenTelemetrySink>,
    /// Kind of the collector. Only `OpenTelemetry` is known. Defaults to `OpenTelemetry`.
    pub r#type: String,
}

/// An OpenTelemetry collector, without TLS.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct EnvoyGatewayOpenTelemetrySink {
    /// Time between exports; 60s when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub export_interval: Option<Duration>,
    /// Time in which an export must be done; 30s when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub export_timeout: Option<Duration>,
    /// Host of the collector.
    pub host: String,
    /// Port of the collector. Defaults to `4317`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub port: Option<i32>,
    /// Protocol that it speaks. One of `grpc` or `http`.
    pub protocol: String,
}

/// Traces of the control plane.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct EnvoyGatewayTraces {
    /// Part of the work that is traced; all when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sampling_rate: Option<Fraction>,
    /// Where the traces go.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sink: Option<EnvoyGatewayTraceSink>,
}

/// A collector of traces.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct EnvoyGatewayTraceSink {
    /// Settings for `OpenTelemetry`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub open_telemetry: Option<EnvoyGatewayOpenTelemetrySink>,
    /// Kind of the collector: `OpenTelemetry`. Only `OpenTelemetry` is known. Defaults to
    /// `OpenTelemetry`.
    pub r#type: String,
}
