//! Responses that are replaced.

use serde::{Deserialize, Serialize};

use crate::gateway;
use crate::v1alpha1::{CustomResponseBody, StringMatch};

/// Replaces the responses that match, by an answer or by a redirect.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
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
    pub source: Option<String>,
}

/// Conditions on a response, all of which must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct CustomResponseMatch {
    /// Conditions on headers.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub response_headers: Vec<ResponseOverrideHeaderMatch>,
    /// Statuses, one of which the response must have.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub status_codes: Vec<StatusCodeMatch>,
}

/// A condition on a header of a response.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct ResponseOverrideHeaderMatch {
    /// Name of the header; case does not matter.
    pub name: String,
    /// Condition on the value.
    pub value: StringMatch,
}

/// A status, or a range of them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct StatusCodeMatch {
    /// The range, for `Range`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub range: Option<StatusCodeRange>,
    /// Whether it is one or a range: `Value` or `Range`. One of `Value` or `Range`. Defaults to
    /// `Value`.
    pub r#type: String,
    /// The status, for `Value`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<i64>,
}

/// A range of statuses.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct StatusCodeRange {
    /// Last status.
    pub end: i64,
    /// First status.
    pub start: i64,
}

/// A redirect in place of a response.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct CustomRedirect {
    /// Host to go to; that of the request when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hostname: Option<String>,
    /// Path to go to; that of the request when unset. Only `ReplaceFullPath`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<gateway::HttpPathModifier>,
    /// Port to go to; that of the scheme, or of the request, when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub port: Option<i32>,
    /// Scheme to go to; that of the request when unset. One of `http` or `https`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scheme: Option<String>,
    /// Status of the redirect. One of `301` or `302`. Defaults to `302`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status_code: Option<i64>,
}

/// An answer in place of a response.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
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
    pub header: Option<gateway::HttpHeaderFilter>,
    /// Status of the answer; unchanged when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status_code: Option<i64>,
}
