//! Time limits towards endpoints.

use serde::{Deserialize, Serialize};

use crate::meta::Duration;

/// Time limits towards endpoints.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
pub struct Timeout {
    /// Time limits of requests.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub http: Option<HttpTimeout>,
    /// Time limits of connections.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tcp: Option<TcpTimeout>,
}

/// Time limits of requests.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
pub struct HttpTimeout {
    /// Time without a request after which a connection is closed; 1h when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub connection_idle_timeout: Option<Duration>,
    /// Age at which connections are replaced; no limit when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_connection_duration: Option<Duration>,
    /// Age at which a stream is ended, `0s` for no limit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_stream_duration: Option<Duration>,
    /// Time in which the whole response must have arrived; timeouts of the route go before it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_timeout: Option<Duration>,
    /// Time without data after which a stream is ended; the listener's when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stream_idle_timeout: Option<Duration>,
}

/// Time limits of connections.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
pub struct TcpTimeout {
    /// Time in which a connection must be established; 10s when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub connect_timeout: Option<Duration>,
}
