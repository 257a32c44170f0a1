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
    /// Whether the original host is kept out of `x-forwarded-host` when it changes.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub hide_original_host: bool,
}

/// How a host is made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum HostRewrite {
    /// This name.
    Literal(String),
    /// The value of this request header.
    Header(String),
    /// The hostname of the endpoint that was chosen.
    Endpoint,
    /// What a regular expression makes of the path.
    PathRegex(RegexRewrite),
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
    /// What a regular expression makes of the path.
    Regex(RegexRewrite),
}

/// Replaces what a regular expression matches.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RegexRewrite {
    /// An RE2 expression.
    pub pattern: String,
    /// What takes the place of the matched part; `\1` is the first group.
    pub substitution: String,
}
