//! Cross-origin resource sharing, as an HTTPRoute states it.

use serde::{Deserialize, Serialize};

#[cfg(feature = "schema")]
use super::rules;
#[cfg(feature = "schema")]
use crate::schema::{cel, fmt, items_enum, list_set};

/// Methods that a browser may be told about.
#[cfg(feature = "schema")]
const METHODS: &[&str] =
    &["GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH", "*"];

/// What browsers are told about requests from other origins.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", default)]
pub struct HttpCorsFilter {
    /// Origins that may send requests; `*` for all, a wildcard label in front for a domain.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(
        feature = "schema",
        schemars(
            with = "Vec<fmt::CorsOrigin>",
            length(max = 64),
            transform = list_set,
            transform = cel(rules::CORS_ORIGINS),
        )
    )]
    pub allow_origins: Vec<String>,
    /// Whether requests may carry credentials.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub allow_credentials: Option<bool>,
    /// Methods that requests may have; `*` for all.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(
        feature = "schema",
        schemars(
            length(max = 9),
            transform = list_set,
            transform = cel(rules::CORS_METHODS),
        )
    )]
    #[cfg_attr(feature = "schema", schemars(transform = items_enum(METHODS)))]
    pub allow_methods: Vec<String>,
    /// Headers that requests may have; `*` for all.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(
        feature = "schema",
        schemars(
            with = "Vec<fmt::HeaderName>",
            length(max = 64),
            transform = list_set,
            transform = cel(rules::CORS_HEADERS),
        )
    )]
    pub allow_headers: Vec<String>,
    /// Headers of responses that scripts may read; `*` for all.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(
        feature = "schema",
        schemars(
            with = "Vec<fmt::HeaderName>",
            length(max = 64),
            transform = list_set,
        )
    )]
    pub expose_headers: Vec<String>,
    /// How long browsers may remember the answer, in seconds; 5 when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(range(min = 1), extend("x-default" = 5)))]
    pub max_age: Option<i32>,
}
