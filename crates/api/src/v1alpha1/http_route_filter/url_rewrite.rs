//! Changes of host and path that the standard filter cannot make.

use serde::{Deserialize, Serialize};

#[cfg(feature = "schema")]
use crate::schema::cel;
#[cfg(feature = "schema")]
use crate::v1alpha1::rules;

/// Changes host or path of requests.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
pub struct HttpUrlRewriteFilter {
    /// Whether the host that the client asked for is added to `X-Forwarded-Host`; `true` when
    /// unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub append_x_forwarded_host: Option<bool>,
    /// Changes the host.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hostname: Option<HttpHostnameModifier>,
    /// Changes the path.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<HttpPathModifier>,
}

/// A new host for requests.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
#[cfg_attr(feature = "schema", schemars(transform = cel(rules::HTTP_HOSTNAME_MODIFIER)))]
pub struct HttpHostnameModifier {
    /// Header whose value becomes the host, for `Header`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub header: Option<String>,
    /// Takes the host out of the path, for `PathRegex`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path_regex: Option<HostnamePathRegexRewrite>,
    /// Where the new host comes from; `Backend` uses that of the chosen endpoint. One of `Header`,
    /// `Backend` or `PathRegex`.
    #[cfg_attr(feature = "schema", schemars(extend("enum" = ["Header", "Backend", "PathRegex"])))]
    pub r#type: String,
}

/// Makes a host out of the path.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
pub struct HostnamePathRegexRewrite {
    /// Pattern in RE2 syntax that is looked for in the path.
    #[cfg_attr(feature = "schema", schemars(length(min = 1)))]
    pub pattern: String,
    /// What the match becomes, with `\1` for the first group.
    #[cfg_attr(feature = "schema", schemars(length(min = 1), regex(pattern = r"^[^\r\n\x00]*$")))]
    pub substitution: String,
}

/// A new path for requests.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
#[cfg_attr(feature = "schema", schemars(transform = cel(rules::HTTP_PATH_MODIFIER)))]
pub struct HttpPathModifier {
    /// Replaces what a pattern matches.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub replace_regex_match: Option<ReplaceRegexMatch>,
    /// How the path is changed. Only `ReplaceRegexMatch` is known.
    #[cfg_attr(feature = "schema", schemars(extend("enum" = ["ReplaceRegexMatch"])))]
    pub r#type: String,
}

/// Replaces every match of a pattern.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
pub struct ReplaceRegexMatch {
    /// Pattern in RE2 syntax that is looked for.
    #[cfg_attr(feature = "schema", schemars(length(min = 1)))]
    pub pattern: String,
    /// What each match becomes, with `\1` for the first group.
    pub substitution: String,
}
