//! Limits and buffers of client connections.

use serde::{Deserialize, Serialize};

use crate::meta::{Duration, Quantity};
#[cfg(feature = "schema")]
use crate::schema::cel;
#[cfg(feature = "schema")]
use crate::v1alpha1::{format, rules};

/// Limits and buffers of client connections.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
pub struct ClientConnection {
    /// Bytes buffered for a connection before Envoy reads more slowly; `32Ki` when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "format::WholeQuantity"))]
    pub buffer_limit: Option<Quantity>,
    /// Limits of number and age.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub connection_limit: Option<ConnectionLimit>,
    /// Connections accepted at most each time the socket is ready; 0 for no limit. Defaults to `1`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(extend("x-default" = 1)))]
    pub max_accept_per_socket_event: Option<i32>,
    /// Size in bytes of the socket's buffers; the system's when unset. Accepted for compatibility,
    /// without effect.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "format::WholeQuantity"))]
    pub socket_buffer_limit: Option<Quantity>,
}

/// Limits of number and age of connections.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
#[cfg_attr(feature = "schema", schemars(transform = cel(rules::CONNECTION_LIMIT)))]
pub struct ConnectionLimit {
    /// Time that a connection over the limit stays open before it is closed, so that clients do not
    /// return at once. Needs `value`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub close_delay: Option<Duration>,
    /// Age at which connections are drained and closed; no limit when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_connection_duration: Option<Duration>,
    /// Requests that a connection may carry; no limit when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_requests_per_connection: Option<i32>,
    /// Age at which a single stream is ended; no limit when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_stream_duration: Option<Duration>,
    /// Connections that may be open at a time, each listener of each proxy counting for itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(range(min = 1)))]
    pub value: Option<i64>,
}
