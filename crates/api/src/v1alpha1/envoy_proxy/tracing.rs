//! Traces of the proxies.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::gateway::{Fraction, HttpHeader};
#[cfg(feature = "schema")]
use crate::schema::cel;
use crate::v1alpha1::{BackendCluster, CustomTag, TracingSpanName};
#[cfg(feature = "schema")]
use crate::v1alpha1::{format, rules};

/// Traces of the proxies.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
#[cfg_attr(feature = "schema", schemars(transform = cel(rules::PROXY_TRACING)))]
pub struct ProxyTracing {
    /// Part of the requests with a client's wish for a trace that get one; none when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_sampling_fraction: Option<Fraction>,
    /// Tags of spans by name. Deprecated: use `tags`.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub custom_tags: BTreeMap<String, CustomTag>,
    /// Part of the requests that are traced at most; all when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub overall_sampling_fraction: Option<Fraction>,
    /// Where the traces go.
    pub provider: TracingProvider,
    /// Part of the requests that are traced; not together with `samplingRate`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sampling_fraction: Option<Fraction>,
    /// Percentage of the requests that are traced; all when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(range(min = 0, max = 100)))]
    pub sampling_rate: Option<i32>,
    /// Names of spans.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub span_name: Option<TracingSpanName>,
    /// Tags of spans by name, with Envoy's command operators in the values.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub tags: BTreeMap<String, String>,
}

/// Where traces go.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
#[cfg_attr(feature = "schema", schemars(transform = cel(rules::TRACING_PROVIDER)))]
pub struct TracingProvider {
    /// Where the service runs and how Envoy connects to it.
    #[serde(flatten)]
    pub backend: BackendCluster,
    /// Host of the collector. Deprecated: use `backendRefs`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub host: Option<String>,
    /// Settings for `OpenTelemetry`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub open_telemetry: Option<OpenTelemetryTracingProvider>,
    /// Port of the collector. Deprecated: use `backendRefs`. Defaults to `4317`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(range(min = 0), extend("x-default" = 4317)))]
    pub port: Option<i32>,
    /// Name of the service in traces; name and namespace of the Gateway when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(transform = cel(rules::TRACING_PROVIDER_SERVICE_NAME)))]
    pub service_name: Option<String>,
    /// Kind of the collector. One of `OpenTelemetry`, `Zipkin` or `Datadog`. Defaults to
    /// `OpenTelemetry`.
    #[cfg_attr(feature = "schema", schemars(extend("enum" = ["OpenTelemetry", "Zipkin", "Datadog"], "x-default" = "OpenTelemetry")))]
    pub r#type: String,
    /// Settings for `Zipkin`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub zipkin: Option<ZipkinTracingProvider>,
}

/// An OpenTelemetry collector for traces.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
pub struct OpenTelemetryTracingProvider {
    /// Headers of the calls, for authentication for example.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "schema", schemars(length(min = 1, max = 32), transform = format::any_header_value))]
    pub headers: Vec<HttpHeader>,
    /// Attributes of the resource that the spans are about.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub resource_attributes: BTreeMap<String, String>,
    /// Decides in Envoy which spans are sent; Envoy's own sampling when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sampler: Option<OTelSampler>,
}

/// Decides which spans are sent, as OpenTelemetry defines it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
#[cfg_attr(feature = "schema", schemars(transform = cel(rules::O_TEL_SAMPLER)))]
pub struct OTelSampler {
    /// Part of the traces, for the types with `TraceIdRatio`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sampling_percentage: Option<Fraction>,
    /// The sampler. One of `AlwaysOn`, `AlwaysOff`, `TraceIdRatio`, `ParentBasedAlwaysOn`,
    /// `ParentBasedAlwaysOff` or `ParentBasedTraceIdRatio`. Defaults to `AlwaysOn`.
    #[cfg_attr(feature = "schema", schemars(extend("enum" = ["AlwaysOn", "AlwaysOff", "TraceIdRatio", "ParentBasedAlwaysOn", "ParentBasedAlwaysOff", "ParentBasedTraceIdRatio"], "x-default" = "AlwaysOn")))]
    pub r#type: String,
}

/// Settings for Zipkin.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
pub struct ZipkinTracingProvider {
    /// Whether client and server have spans of their own; `false` when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub disable_shared_span_context: Option<bool>,
    /// Whether identities of traces have 128 bits instead of 64; `false` when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub enable_128_bit_trace_id: Option<bool>,
}
