//! Time limits towards clients.

use serde::{Deserialize, Serialize};

use crate::meta::Duration;

/// Time limits towards clients.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
pub struct ClientTimeout {
    /// Time limits of requests.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub http: Option<HttpClientTimeout>,
    /// Time limits of connections.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tcp: Option<TcpClientTimeout>,
}

/// Time limits of requests.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
pub struct HttpClientTimeout {
    /// Time without a request after which a connection is closed; 1h when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub idle_timeout: Option<Duration>,
    /// Time in which the headers must have arrived; no limit when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_headers_received_timeout: Option<Duration>,
    /// Time in which the whole request must have arrived; no limit when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_received_timeout: Option<Duration>,
    /// Time without data after which a stream is ended; 5m when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stream_idle_timeout: Option<Duration>,
}

/// Time limits of connections.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
pub struct TcpClientTimeout {
    /// Time in which enough must have arrived to choose a filter chain; 15s when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub connection_inspection_timeout: Option<Duration>,
    /// Time without data after which a TCP connection is closed; 1h when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub idle_timeout: Option<Duration>,
    /// Time in which the TLS handshake must be done; no limit when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tls_handshake_timeout: Option<Duration>,
}
