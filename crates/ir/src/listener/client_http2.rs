//! HTTP/2 of clients.

use serde::{Deserialize, Serialize};

/// Limits of HTTP/2 connections. What is absent is left as the proxy has it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ClientHttp2 {
    /// Flow-control window of a stream, in bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stream_window_bytes: Option<u32>,
    /// Flow-control window of a connection, in bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub connection_window_bytes: Option<u32>,
    /// How many streams may be open on a connection.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_streams: Option<u32>,
    /// What an invalid message ends.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub invalid_message_ends: Option<InvalidMessageEnds>,
    /// Pings that find dead connections.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pings: Option<Http2Pings>,
}

/// What an invalid message ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum InvalidMessageEnds {
    /// Its connection.
    Connection,
    /// Its stream only.
    Stream,
}

/// Pings that find dead connections.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Http2Pings {
    /// The time between pings, in milliseconds; without it there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub interval_ms: Option<u64>,
    /// The time in which the answer must arrive, in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timeout_ms: Option<u64>,
    /// A random addition to the interval, in percent of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub jitter_percent: Option<u8>,
    /// The time without data after which a new stream is preceded by a ping, in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub idle_ms: Option<u64>,
}
