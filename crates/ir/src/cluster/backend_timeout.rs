//! Time limits of connections to endpoints.

use serde::{Deserialize, Serialize};

/// How long connections to endpoints may take and last; what is absent is Envoy's default, 0 is without limit.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct BackendTimeout {
    /// How long a connection may take to establish, in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub connect_ms: Option<u64>,
    /// How long a connection for HTTP is kept without a request, in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub idle_ms: Option<u64>,
    /// The age at which a connection for HTTP is replaced, in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_duration_ms: Option<u64>,
    /// How long a request that the proxy makes itself may last, in milliseconds. Requests of clients have limits of routes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_stream_ms: Option<u64>,
}
