//! Traces of the proxies.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::gateway::{Fraction, HttpHeader};
use crate::v1alpha1::{BackendCluster, CustomTag, TracingSpanName};

/// The `ProxyTracing` part of the API.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct ProxyTracing {
    /// Sets client sampling fraction.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_sampling_fraction: Option<Fraction>,
    /// Sets custom tags.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub custom_tags: BTreeMap<String, CustomTag>,
    /// Sets overall sampling fraction.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub overall_sampling_fraction: Option<Fraction>,
    /// Sets provider.
    pub provider: TracingProvider,
    /// Sets sampling fraction.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sampling_fraction: Option<Fraction>,
    /// Sets sampling rate.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sampling_rate: Option<i32>,
    /// Sets span name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub span_name: Option<TracingSpanName>,
    /// Sets tags.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub tags: BTreeMap<String, String>,
}

/// The `TracingProvider` part of the API.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct TracingProvider {
    /// Where the service runs and how Envoy connects to it.
    #[serde(flatten)]
    pub backend: BackendCluster,
    /// Sets host.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub host: Option<String>,
    /// Sets open telemetry.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub open_telemetry: Option<OpenTelemetryTracingProvider>,
    /// Sets port. Defaults to `4317`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub port: Option<i32>,
    /// Sets service name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service_name: Option<String>,
    /// Sets type. One of `OpenTelemetry`, `Zipkin` or `Datadog`. Defaults to `OpenTelemetry`.
    pub r#type: String,
    /// Sets zipkin.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub zipkin: Option<ZipkinTracingProvider>,
}

/// The `OpenTelemetryTracingProvider` part of the API.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct OpenTelemetryTracingProvider {
    /// Sets headers.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub headers: Vec<HttpHeader>,
    /// Sets resource attributes.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub resource_attributes: BTreeMap<String, String>,
    /// Sets sampler.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sampler: Option<OTelSampler>,
}

/// The `OTelSampler` part of the API.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct OTelSampler {
    /// Sets sampling percentage.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sampling_percentage: Option<Fraction>,
    /// Sets type. One of `AlwaysOn`, `AlwaysOff`, `TraceIdRatio`, `ParentBasedAlwaysOn`,
    /// `ParentBasedAlwaysOff` or `ParentBasedTraceIdRatio`. Defaults to `AlwaysOn`.
    pub r#type: String,
}

/// The `ZipkinTracingProvider` part of the API.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct ZipkinTracingProvider {
    /// Sets disable shared span context.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub disable_shared_span_context: Option<bool>,
    /// Sets enable 128 bit trace id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub enable_128_bit_trace_id: Option<bool>,
}
