//! Sessions.

use serde::{Deserialize, Serialize};

/// How the requests of a session are kept at the endpoint that answered its first one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum SessionPersistence {
    /// The endpoint is in a cookie that the proxy sets.
    Cookie {
        /// The name of the cookie.
        name: String,
        /// The path below which clients send it.
        path: String,
        /// How long clients keep it, in milliseconds; absent ends it with the session of the browser.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        ttl_ms: Option<u64>,
    },
    /// The endpoint is in a header, which the proxy sets on responses and clients repeat.
    Header {
        /// The name of the header.
        name: String,
    },
}
