//! Requests from scripts of other origins.

use serde::{Deserialize, Serialize};

use super::StringMatch;

/// What browsers let scripts of other origins do with a route (cross-origin resource sharing).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Cors {
    /// The origins whose scripts may call the route.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub allow_origins: Vec<StringMatch>,
    /// The methods that they may use; `*` is any.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub allow_methods: Vec<String>,
    /// The request headers that they may send; `*` is any.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub allow_headers: Vec<String>,
    /// The response headers that they may read; `*` is any.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub expose_headers: Vec<String>,
    /// How long a browser may remember these permissions, in seconds; absent leaves it to the browser.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_age_s: Option<u64>,
    /// Whether they may send cookies and other credentials.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub allow_credentials: bool,
}
