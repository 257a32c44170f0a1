//! How hostnames of endpoints are resolved.

use serde::{Deserialize, Serialize};

use crate::Name;

/// How hostnames of endpoints are resolved; what is absent is as it is without policies.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Dns {
    /// How often, in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refresh_ms: Option<u64>,
    /// Whether the time to live of an answer goes before that.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub respects_ttl: Option<bool>,
    /// Which addresses are looked for.
    pub family: DnsFamily,
    /// Who wants it so, where that matters: settings of a cache that is shared must be equal.
    pub owner: Name,
}

/// Which addresses of a hostname are looked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DnsFamily {
    /// IPv4, and IPv6 where there is none.
    #[default]
    V4Preferred,
    /// IPv6, and IPv4 where there is none.
    V6Preferred,
    /// IPv4 alone.
    V4,
    /// IPv6 alone.
    V6,
    /// Both.
    All,
}
