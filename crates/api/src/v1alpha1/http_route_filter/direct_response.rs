//! Answers that Envoy gives itself.

use serde::{Deserialize, Serialize};

use crate::gateway;
use crate::gateway::LocalObjectReference;
#[cfg(feature = "schema")]
use crate::schema::{cel, fmt};
#[cfg(feature = "schema")]
use crate::v1alpha1::{format, rules};

/// An answer that Envoy gives itself.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
pub struct HttpDirectResponseFilter {
    /// Body of the answer; empty when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body: Option<CustomResponseBody>,
    /// Value of the `Content-Type` header.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content_type: Option<String>,
    /// Headers to set on or add to the answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(transform = format::any_header_value, transform = cel(rules::HTTP_DIRECT_RESPONSE_FILTER_HEADER)))]
    pub header: Option<gateway::HttpHeaderFilter>,
    /// Status of the answer; 200 when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "fmt::Int"))]
    pub status_code: Option<i64>,
}

/// The body of an answer, inline or in a ConfigMap.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
#[cfg_attr(feature = "schema", schemars(transform = cel(rules::CUSTOM_RESPONSE_BODY)))]
pub struct CustomResponseBody {
    /// The text, for `Inline`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub inline: Option<String>,
    /// Where the text is: `Inline` or `ValueRef`. One of `Inline` or `ValueRef`. Defaults to
    /// `Inline`.
    #[cfg_attr(feature = "schema", schemars(extend("allOf" = [{"enum": ["Inline", "ValueRef"]}, {"enum": ["Inline", "ValueRef"]}], "x-default" = "Inline")))]
    pub r#type: String,
    /// The ConfigMap, for `ValueRef`; its key `response.body` is the text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value_ref: Option<LocalObjectReference>,
}
