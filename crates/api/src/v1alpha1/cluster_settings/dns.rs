//! How host names are resolved.

use serde::{Deserialize, Serialize};

use crate::meta::Duration;

/// How host names are resolved.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
pub struct Dns {
    /// Time between look-ups; 30s when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dns_refresh_rate: Option<Duration>,
    /// Families of addresses asked for; those of the proxy when unset. One of `IPv4`, `IPv6`,
    /// `IPv4Preferred`, `IPv6Preferred` or `IPv4AndIPv6`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(extend("enum" = ["IPv4", "IPv6", "IPv4Preferred", "IPv6Preferred", "IPv4AndIPv6"])))]
    pub lookup_family: Option<String>,
    /// Whether the life time in the answer replaces the refresh rate; `true` when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub respect_dns_ttl: Option<bool>,
}
