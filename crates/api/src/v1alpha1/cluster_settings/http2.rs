//! Settings of HTTP/2, for clients and for backends.

use serde::{Deserialize, Serialize};

use crate::meta::{Duration, Quantity};
#[cfg(feature = "schema")]
use crate::schema::cel;
#[cfg(feature = "schema")]
use crate::v1alpha1::{format, rules};

/// Settings for HTTP/2.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
pub struct Http2Settings {
    /// Pings that find dead connections.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub connection_keepalive: Option<Http2KeepaliveSettings>,
    /// Flow-control window of a connection in bytes, `65535` to `2147483647`; `1Mi` when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "format::WholeQuantity"))]
    pub initial_connection_window_size: Option<Quantity>,
    /// Flow-control window of a stream in bytes, `65535` to `2147483647`; `64Ki` when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "format::WholeQuantity"))]
    pub initial_stream_window_size: Option<Quantity>,
    /// Streams that may be open on a connection; 100 when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(range(min = 1, max = 2_147_483_647)))]
    pub max_concurrent_streams: Option<i32>,
    /// What an invalid message ends: `TerminateConnection` or `TerminateStream`; the connection
    /// when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub on_invalid_message: Option<String>,
}

/// Pings that find dead HTTP/2 connections.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
#[cfg_attr(feature = "schema", schemars(transform = cel(rules::HTTP2_KEEPALIVE_SETTINGS)))]
pub struct Http2KeepaliveSettings {
    /// Time without data after which a new stream is preceded by a ping; none when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub idle_interval: Option<Duration>,
    /// Time between pings; none when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub interval: Option<Duration>,
    /// Random addition to the interval, in percent of it; 15 when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(range(min = 0, max = 100)))]
    pub interval_jitter: Option<i32>,
    /// Time in which the answer must arrive; shorter than the interval.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timeout: Option<Duration>,
}
