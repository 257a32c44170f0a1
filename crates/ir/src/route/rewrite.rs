//! Rewriting of URLs.

use serde::{Deserialize, Serialize};

/// How the URL of a request changes before it is forwarded.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct UrlRewrite {
    /// The new host; absent keeps it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub host: Option<HostRewrite>,
    /// The new path; absent keeps it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<PathRewrite>,
}

/// How a host is made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum HostRewrite {
    /// This name.
    Literal(String),
}

/// How a path is made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum PathRewrite {
    /// This path replaces the whole path.
    Full(String),
    /// This path replaces the prefix that the route matched.
    Prefix(String),
}
