//! How Envoy connects to a set of endpoints: the settings that BackendTrafficPolicy and references
//! to services share.

use serde::{Deserialize, Serialize};

#[cfg(feature = "schema")]
use crate::schema::cel;
#[cfg(feature = "schema")]
use crate::v1alpha1::rules;

mod circuit_breaker;
mod connection;
mod consistent_hash;
mod dns;
mod health_check;
mod health_check_log;
mod http2;
mod load_balancer;
mod retry;
mod timeout;
mod zone_aware;

pub use circuit_breaker::*;
pub use connection::*;
pub use consistent_hash::*;
pub use dns::*;
pub use health_check::*;
pub use health_check_log::*;
pub use http2::*;
pub use load_balancer::*;
pub use retry::*;
pub use timeout::*;
pub use zone_aware::*;

/// How Envoy connects to a set of endpoints.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
#[cfg_attr(feature = "schema", schemars(transform = cel(rules::CLUSTER_SETTINGS)))]
pub struct ClusterSettings {
    /// Limits beyond which requests are refused at once.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub circuit_breaker: Option<CircuitBreaker>,
    /// Buffers, and connections opened ahead.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub connection: Option<BackendConnection>,
    /// How host names are resolved.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dns: Option<Dns>,
    /// How unhealthy endpoints are found.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub health_check: Option<HealthCheck>,
    /// Settings for HTTP/2.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub http2: Option<Http2Settings>,
    /// How an endpoint is chosen; `LeastRequest` when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub load_balancer: Option<LoadBalancer>,
    /// Sends a PROXY protocol header.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub proxy_protocol: Option<ProxyProtocol>,
    /// Which requests are tried again, and when.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry: Option<Retry>,
    /// Keep-alive probes on connections.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tcp_keepalive: Option<TcpKeepalive>,
    /// Time limits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timeout: Option<Timeout>,
}

/// Sends a PROXY protocol header in front of each connection.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
pub struct ProxyProtocol {
    /// Version of the header: `V1` is text, `V2` binary. One of `V1` or `V2`.
    #[cfg_attr(feature = "schema", schemars(extend("enum" = ["V1", "V2"])))]
    pub version: String,
}
