//! HTTP/1 of clients.

use serde::{Deserialize, Serialize};

use crate::{Name, route::StringMatch};

/// How HTTP/1 is spoken to clients, and to backends on their behalf.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ClientHttp1 {
    /// Whether trailers are passed on.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub trailers: bool,
    /// Whether the case of header names is kept.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub header_case: bool,
    /// Whether HTTP/1.0 and HTTP/0.9 are accepted.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub http10: bool,
    /// The host of HTTP/1.0 requests that name none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default_host: Option<Name>,
    /// Conditions on the header `Upgrade`; a request that meets one is served as if it had none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub ignored_upgrades: Vec<StringMatch>,
}
