//! Settings of HTTP/1 and HTTP/3; those of HTTP/2 are shared with clusters.

use serde::{Deserialize, Serialize};

use crate::v1alpha1::StringMatch;

/// Settings for HTTP/1 clients.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
pub struct Http1Settings {
    /// Whether connections at their maximal age are closed without being told `Connection: close`
    /// first; `false` when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub disable_safe_max_connection_duration: Option<bool>,
    /// Whether trailers are passed on; they are dropped when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub enable_trailers: Option<bool>,
    /// Accepts HTTP/1.0 and HTTP/0.9.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub http10: Option<Http10Settings>,
    /// Conditions on the `Upgrade` header; upgrades that meet one are ignored instead of refused.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub ignored_upgrade_types: Vec<StringMatch>,
    /// Whether the case of header names is kept; names become lower case when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub preserve_header_case: Option<bool>,
}

/// Accepts HTTP/1.0 requests.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
pub struct Http10Settings {
    /// Whether requests without a host get the one host of the listener, which therefore must not
    /// be a wildcard; `false` when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub use_default_host: Option<bool>,
}

/// Turns HTTP/3 on: a QUIC listener beside the TLS one, and an `alt-svc` header that tells clients.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default)]
pub struct Http3Settings {}
