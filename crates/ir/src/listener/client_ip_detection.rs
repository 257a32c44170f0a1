//! How the address of the client is found.

use serde::{Deserialize, Serialize};

use crate::Name;

/// How the address of the client is found where other proxies are in front of these.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ClientIpDetection {
    /// From `X-Forwarded-For`.
    XForwardedFor {
        /// Which of its addresses are those of proxies.
        trusted: TrustedProxies,
        /// Whether the header goes on as it came, without the address of the connection.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        leaves_header: bool,
    },
    /// From a header of this name.
    Header {
        /// The name of the header.
        name: Name,
        /// Whether requests without an address there are answered with 403; otherwise the connection has it.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        required: bool,
    },
}

/// Which addresses in `X-Forwarded-For` are those of proxies.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum TrustedProxies {
    /// So many from the right, the one that has the connection included.
    Hops(u32),
    /// Those in one of these networks: address and length of the prefix.
    Networks(Vec<(Name, u8)>),
}
