//! Time limits towards clients.

use serde::{Deserialize, Serialize};

/// How long clients may take, in milliseconds; absent is Envoy's default, and 0 is without limit.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ClientTimeout {
    /// Until a request has arrived whole.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_ms: Option<u64>,
    /// Until the headers of a request have arrived.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_headers_ms: Option<u64>,
    /// Between two requests of an HTTP connection.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub idle_ms: Option<u64>,
    /// Between two pieces of a request or of its response.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stream_idle_ms: Option<u64>,
    /// Between two pieces of data on a connection that is not HTTP.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tcp_idle_ms: Option<u64>,
    /// Until enough of a connection has arrived to choose what serves it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub inspection_ms: Option<u64>,
    /// Until the TLS handshake is done.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tls_handshake_ms: Option<u64>,
}
