//! Metrics and traces of the control plane.

use serde::{Deserialize, Serialize};

use crate::gateway::Fraction;
use crate::meta::Duration;

/// The `EnvoyGatewayTelemetry` part of the API.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct EnvoyGatewayTelemetry {
    /// Sets metrics.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub metrics: Option<EnvoyGatewayMetrics>,
    /// Sets traces.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub traces: Option<EnvoyGatewayTraces>,
}

/// The `EnvoyGatewayMetrics` part of the API.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct EnvoyGatewayMetrics {
    /// Sets prometheus.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prometheus: Option<EnvoyGatewayPrometheusProvider>,
    /// Sets sinks.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub sinks: Vec<EnvoyGatewayMetricSink>,
}

/// The `EnvoyGatewayPrometheusProvider` part of the API.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct EnvoyGatewayPrometheusProvider {
    /// Sets disable.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub disable: Option<bool>,
}

/// The `EnvoyGatewayMetricSink` part of the API.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct EnvoyGatewayMetricSink {
    /// Sets open telemetry.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub open_telemetry: Option<EnvoyGatewayOpenTelemetrySink>,
    /// Sets type. Only `OpenTelemetry` is known. Defaults to `OpenTelemetry`.
    pub r#type: String,
}

/// The `EnvoyGatewayOpenTelemetrySink` part of the API.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct EnvoyGatewayOpenTelemetrySink {
    /// Sets export interval.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub export_interval: Option<Duration>,
    /// Sets export timeout.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub export_timeout: Option<Duration>,
    /// Sets host.
    pub host: String,
    /// Sets port. Defaults to `4317`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub port: Option<i32>,
    /// Sets protocol. One of `grpc` or `http`.
    pub protocol: String,
}

/// The `EnvoyGatewayTraces` part of the API.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct EnvoyGatewayTraces {
    /// Sets sampling rate.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sampling_rate: Option<Fraction>,
    /// Sets sink.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sink: Option<EnvoyGatewayTraceSink>,
}

/// The `EnvoyGatewayTraceSink` part of the API.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct EnvoyGatewayTraceSink {
    /// Sets open telemetry.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub open_telemetry: Option<EnvoyGatewayOpenTelemetrySink>,
    /// Sets type. Only `OpenTelemetry` is known. Defaults to `OpenTelemetry`.
    pub r#type: String,
}
