//! Responses that are replaced.

use serde::{Deserialize, Serialize};

use crate::gateway;
#[cfg(feature = "schema")]
use crate::schema::{cel, fmt};
use crate::v1alpha1::{CustomResponseBody, StringMatch};
#[cfg(feature = "schema")]
use crate::v1alpha1::{format, rules};

/// Replaces the responses that match, by an answer or by a redirect.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
#[cfg_attr(feature = "schema", schemars(transform = cel(rules::RESPONSE_OVERRIDE)))]
pub struct ResponseOverride {
    /// Which responses.
    pub r#match: CustomResponseMatch,
    /// The redirect.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub redirect: Option<CustomRedirect>,
    /// The answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub response: Option<CustomResponse>,
    /// Whether the response must come from the backend or from Envoy itself; `All` when unset. One
    /// of `All`, `Local` or `Backend`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(extend("enum" = ["All", "Local", "Backend"])))]
    pub source: Option<String>,
}

/// Conditions on a response, all of which must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
#[cfg_attr(feature = "schema", schemars(transform = cel(rules::CUSTOM_RESPONSE_MATCH)))]
pub struct CustomResponseMatch {
    /// Conditions on headers.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "schema", schemars(length(min = 1, max = 16)))]
    pub response_headers: Vec<ResponseOverrideHeaderMatch>,
    /// Statuses, one of which the response must have.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "schema", schemars(length(min = 1, max = 50)))]
    pub status_codes: Vec<StatusCodeMatch>,
}

/// A condition on a header of a response.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
pub struct ResponseOverrideHeaderMatch {
    /// Name of the header; case does not matter.
    #[cfg_attr(feature = "schema", schemars(with = "fmt::HeaderName"))]
    pub name: String,
    /// Condition on the value.
    pub value: StringMatch,
}

/// A status, or a range of them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
#[cfg_attr(feature = "schema", schemars(transform = cel(rules::STATUS_CODE_MATCH)))]
pub struct StatusCodeMatch {
    /// The range, for `Range`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub range: Option<StatusCodeRange>,
    /// Whether it is one or a range: `Value` or `Range`. One of `Value` or `Range`. Defaults to
    /// `Value`.
    #[cfg_attr(feature = "schema", schemars(extend("allOf" = [{"enum": ["Value", "Range"]}, {"enum": ["Value", "Range"]}], "x-default" = "Value")))]
    pub r#type: String,
    /// The status, for `Value`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "fmt::Int"))]
    pub value: Option<i64>,
}

/// A range of statuses.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
#[cfg_attr(feature = "schema", schemars(transform = cel(rules::STATUS_CODE_RANGE)))]
pub struct StatusCodeRange {
    /// Last status.
    #[cfg_attr(feature = "schema", schemars(with = "fmt::Int"))]
    pub end: i64,
    /// First status.
    #[cfg_attr(feature = "schema", schemars(with = "fmt::Int"))]
    pub start: i64,
}

/// A redirect in place of a response.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
pub struct CustomRedirect {
    /// Host to go to; that of the request when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "fmt::PreciseHostname"))]
    pub hostname: Option<String>,
    /// Path to go to; that of the request when unset. Only `ReplaceFullPath`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(transform = cel(rules::CUSTOM_REDIRECT_PATH)))]
    pub path: Option<gateway::HttpPathModifier>,
    /// Port to go to; that of the scheme, or of the request, when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub port: Option<i32>,
    /// Scheme to go to; that of the request when unset. One of `http` or `https`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(extend("enum" = ["http", "https"])))]
    pub scheme: Option<String>,
    /// Status of the redirect. One of `301` or `302`. Defaults to `302`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "fmt::Int", extend("enum" = [301, 302], "x-default" = 302)))]
    pub status_code: Option<i64>,
}

/// An answer in place of a response.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
pub struct CustomResponse {
    /// Body of the answer, in which Envoy's command operators work; unchanged when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body: Option<CustomResponseBody>,
    /// Value of the `Content-Type` header.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content_type: Option<String>,
    /// Headers to set on or add to the answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(transform = format::any_header_value, transform = cel(rules::CUSTOM_RESPONSE_HEADER)))]
    pub header: Option<gateway::HttpHeaderFilter>,
    /// Status of the answer; unchanged when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "fmt::Int"))]
    pub status_code: Option<i64>,
}
