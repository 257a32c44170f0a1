//! Buffers, connections opened ahead, and keep-alive probes.

use serde::{Deserialize, Serialize};

use crate::meta::{Duration, Quantity};
#[cfg(feature = "schema")]
use crate::v1alpha1::format;

/// Buffers of connections, and connections opened ahead.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
pub struct BackendConnection {
    /// Bytes buffered for a connection before Envoy reads more slowly; `32Ki` when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "format::WholeQuantity"))]
    pub buffer_limit: Option<Quantity>,
    /// Opens connections ahead of requests.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub preconnect: Option<PreconnectPolicy>,
    /// Size in bytes of the socket's buffers; the system's when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "format::WholeQuantity"))]
    pub socket_buffer_limit: Option<Quantity>,
}

/// Opens connections ahead of requests, in percent of what is needed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
pub struct PreconnectPolicy {
    /// Connections to an endpoint that is in use; 100 opens none ahead.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(range(min = 100, max = 300)))]
    pub per_endpoint_percent: Option<i32>,
    /// Connections to endpoints that will be chosen next; only for `RoundRobin` and `Random`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(range(min = 100)))]
    pub predictive_percent: Option<i32>,
}

/// Keep-alive probes on connections. An empty object turns them on with the defaults.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
pub struct TcpKeepalive {
    /// Time without data before the first probe; 7200s when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub idle_time: Option<Duration>,
    /// Time between probes; 75s when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub interval: Option<Duration>,
    /// Probes without an answer after which the connection is dead; 9 when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub probes: Option<i32>,
}
