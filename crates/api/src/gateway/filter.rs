//! Filters that HTTPRoute and GRPCRoute share: header changes and mirrors.

use serde::{Deserialize, Serialize};

use super::BackendObjectReference;
#[cfg(feature = "schema")]
use super::rules;
#[cfg(feature = "schema")]
use crate::schema::{cel, fmt, list_map, list_set};

/// Changes of headers: first removals, then replacements, then additions.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", default)]
pub struct HttpHeaderFilter {
    /// Headers that replace what is there.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "schema", schemars(length(max = 16), transform = list_map("name")))]
    pub set: Vec<HttpHeader>,
    /// Headers that are added to what is there.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "schema", schemars(length(max = 16), transform = list_map("name")))]
    pub add: Vec<HttpHeader>,
    /// Names of headers that are removed; case does not matter.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "schema", schemars(length(max = 16), transform = list_set))]
    pub remove: Vec<String>,
}

/// A header.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", default)]
pub struct HttpHeader {
    /// Name of the header; case does not matter.
    #[cfg_attr(feature = "schema", schemars(with = "fmt::HeaderName"))]
    pub name: String,
    /// Value of the header.
    #[cfg_attr(feature = "schema", schemars(with = "fmt::HeaderValue"))]
    pub value: String,
}

/// Sends copies of requests to a backend and ignores the responses.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", default)]
#[cfg_attr(feature = "schema", schemars(transform = cel(rules::REQUEST_MIRROR)))]
pub struct HttpRequestMirrorFilter {
    /// The backend that gets the copies.
    pub backend_ref: BackendObjectReference,
    /// Part of the requests that is copied, in percent; all when neither this nor the fraction is set.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(range(min = 0, max = 100)))]
    pub percent: Option<i32>,
    /// Part of the requests that is copied, as a fraction.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fraction: Option<Fraction>,
}

/// A part of a whole.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", default)]
#[cfg_attr(feature = "schema", schemars(transform = cel(rules::FRACTION)))]
pub struct Fraction {
    /// Number above the line.
    #[cfg_attr(feature = "schema", schemars(range(min = 0)))]
    pub numerator: i32,
    /// Number below the line; 100 when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(range(min = 1), extend("x-default" = 100)))]
    pub denominator: Option<i32>,
}
