//! Traces of requests.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{Name, SecretBytes, route::Fraction};

/// How the requests of an HTTP server are traced.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Tracing {
    /// The cluster of the collector.
    pub cluster: Name,
    /// The name of the service in traces.
    pub service_name: String,
    /// What the collector speaks.
    pub provider: TracingProvider,
    /// The part of the requests that are traced; absent traces all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sampling: Option<Fraction>,
    /// The part of the requests whose client wishes a trace that get one; absent is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_sampling: Option<Fraction>,
    /// The part of the requests that are traced at most; absent is all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub overall_sampling: Option<Fraction>,
    /// Tags of spans by name.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub tags: BTreeMap<String, SpanTag>,
    /// The name of spans of requests that arrive, with command operators; absent is Envoy's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operation: Option<String>,
    /// The name of spans towards backends, with command operators; absent is Envoy's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub upstream_operation: Option<String>,
}

/// What a collector of traces speaks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum TracingProvider {
    /// OpenTelemetry over gRPC.
    OpenTelemetry(OpenTelemetry),
    /// Zipkin's JSON.
    Zipkin {
        /// Whether identities of traces have 128 bits instead of 64.
        wide_trace_id: bool,
        /// Whether client and server share a span.
        shared_span: bool,
    },
    /// Datadog's agent.
    Datadog,
}

impl Default for TracingProvider {
    fn default() -> Self {
        Self::OpenTelemetry(OpenTelemetry::default())
    }
}

/// A collector that speaks OpenTelemetry.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct OpenTelemetry {
    /// The host that calls name; absent is the cluster.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub authority: Option<String>,
    /// Headers of the calls, whose values may be credentials.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub headers: Vec<(String, SecretBytes)>,
    /// Attributes of what the spans are about.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub resource_attributes: BTreeMap<String, String>,
    /// Which spans are sent; absent leaves it to Envoy's own sampling.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sampler: Option<Sampler>,
}

/// Which spans are sent, as OpenTelemetry defines it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sampler {
    /// The decision for spans without a parent, or for all.
    pub root: RootSampler,
    /// Whether a parent that was decided about decides.
    #[serde(default)]
    pub parent_based: bool,
}

/// A decision about spans.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum RootSampler {
    /// All are sent.
    #[default]
    AlwaysOn,
    /// None is sent.
    AlwaysOff,
    /// This part of the traces is sent.
    TraceIdRatio(Fraction),
}

/// The value of a tag.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum SpanTag {
    /// A text with command operators.
    Format(String),
    /// A fixed text.
    Literal(String),
    /// A variable of the proxy's environment.
    Environment {
        /// Its name.
        name: String,
        /// The value when there is no such variable; without one there is no tag.
        #[serde(default)]
        default: Option<String>,
    },
    /// A header of the request.
    RequestHeader {
        /// Its name.
        name: String,
        /// The value when there is no such header; without one there is no tag.
        #[serde(default)]
        default: Option<String>,
    },
}
