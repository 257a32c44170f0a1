//! Limits and buffers of client connections.

use serde::{Deserialize, Serialize};

/// Limits and buffers of client connections; absent is the default of the product or no limit.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ClientConnection {
    /// What a connection may have buffered before it is no longer read, in bytes; absent is 32 KiB.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub buffer_bytes: Option<u32>,
    /// How many connections a worker accepts before it serves those it has; 0 is without limit, absent is 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub accept_per_event: Option<u32>,
    /// How many connections a proxy serves at a time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_connections: Option<u64>,
    /// How long a connection over that number stays open before it is closed, in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub close_delay_ms: Option<u64>,
    /// How old an HTTP connection becomes, in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_duration_ms: Option<u64>,
    /// Whether an HTTP/1 connection of that age is closed at once instead of after its next response.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub closes_http1_at_once: bool,
    /// How many requests an HTTP connection carries.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_requests: Option<u32>,
    /// How long a request with its response takes at most, in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_stream_ms: Option<u64>,
}
