//! Which requests a route serves.

use serde::{Deserialize, Serialize};

/// A conjunction of conditions on a request.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct RouteMatch {
    /// The path; absent matches every path.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<PathMatch>,
    /// Headers, pseudo-headers such as `:method` among them; all must match.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub headers: Vec<ValueMatch>,
    /// Query parameters; all must match.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub query: Vec<ValueMatch>,
    /// Cookies; all must match.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub cookies: Vec<ValueMatch>,
}

/// How a path is compared.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PathMatch {
    /// The whole path.
    Exact(String),
    /// The first segments of the path: `/foo` matches `/foo` and `/foo/bar` but not `/foobar`. Without a trailing slash,
    /// besides `/` itself.
    Prefix(String),
    /// An RE2 expression that must match the whole path.
    Regex(String),
}

/// How a text is compared.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StringMatch {
    /// The whole text.
    Exact(String),
    /// The beginning of the text.
    Prefix(String),
    /// The end of the text, such as a gRPC method of any service.
    Suffix(String),
    /// An RE2 expression that must match the whole text.
    Regex(String),
}

/// A named value of a request and what it must be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ValueMatch {
    /// The name of the header, query parameter or cookie.
    pub name: String,
    /// What its value must be.
    pub value: StringMatch,
}
