//! Buffers of connections to endpoints, and connections opened ahead.

use serde::{Deserialize, Serialize};

/// Buffers of connections to endpoints, and connections opened ahead; what is absent is as it is without policies.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct BackendConnection {
    /// What a connection may have buffered before it is no longer read, in bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub buffer_bytes: Option<u32>,
    /// Connections to an endpoint in use, in percent of what is needed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub per_endpoint_percent: Option<u32>,
    /// Connections to the endpoints that are next, in percent of what is needed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub predictive_percent: Option<u32>,
}
