//! What is traced.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::gateway::Fraction;

/// What is traced, on top of the proxy's settings.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
pub struct Tracing {
    /// Part of the requests with a client's wish for a trace that get one; the proxy's setting when
    /// unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_sampling_fraction: Option<Fraction>,
    /// Tags of spans by name. Deprecated: use `tags`.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub custom_tags: BTreeMap<String, CustomTag>,
    /// Part of the requests that are traced at most; the proxy's setting when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub overall_sampling_fraction: Option<Fraction>,
    /// Part of the requests that are traced; the proxy's setting when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sampling_fraction: Option<Fraction>,
    /// Names of spans.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub span_name: Option<TracingSpanName>,
    /// Tags of spans by name, with Envoy's command operators in the values.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub tags: BTreeMap<String, String>,
}

/// The value of a tag.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
pub struct CustomTag {
    /// Settings for `Environment`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub environment: Option<EnvironmentCustomTag>,
    /// Settings for `Literal`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub literal: Option<LiteralCustomTag>,
    /// Settings for `RequestHeader`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_header: Option<RequestHeaderCustomTag>,
    /// Where the value comes from. One of `Literal`, `Environment` or `RequestHeader`. Defaults to
    /// `Literal`.
    #[cfg_attr(feature = "schema", schemars(extend("enum" = ["Literal", "Environment", "RequestHeader"], "x-default" = "Literal")))]
    pub r#type: String,
}

/// A value out of the proxy's environment.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
pub struct EnvironmentCustomTag {
    /// Value when the variable does not exist; no tag when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default_value: Option<String>,
    /// Name of the variable.
    pub name: String,
}

/// A fixed value.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
pub struct LiteralCustomTag {
    /// The value.
    pub value: String,
}

/// A value out of a header.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
pub struct RequestHeaderCustomTag {
    /// Value when the header does not exist; no tag when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default_value: Option<String>,
    /// Name of the header.
    pub name: String,
}

/// Names of spans, with Envoy's command operators.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
pub struct TracingSpanName {
    /// Name of spans towards backends.
    pub client: String,
    /// Name of spans of requests that arrive.
    pub server: String,
}
