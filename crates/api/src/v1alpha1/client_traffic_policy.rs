//! ClientTrafficPolicy: how Envoy treats connections and requests of clients.

use serde::{Deserialize, Serialize};

use crate::gateway::PolicyStatus;
use crate::meta::ObjectMeta;
#[cfg(feature = "schema")]
use crate::schema::cel;
#[cfg(feature = "schema")]
use crate::v1alpha1::rules;
use crate::v1alpha1::{Http2Settings, PolicyTargetReferences, TcpKeepalive};

mod client_ip;
mod connection;
mod headers;
mod http_versions;
mod timeout;
mod tls;

pub use client_ip::*;
pub use connection::*;
pub use headers::*;
pub use http_versions::*;
pub use timeout::*;
pub use tls::*;

/// How Envoy treats the connections and requests of clients.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
pub struct ClientTrafficPolicy {
    /// Name, namespace and bookkeeping of the object.
    pub metadata: ObjectMeta,
    /// What the user asks for.
    pub spec: ClientTrafficPolicySpec,
    /// What the controller reports.
    pub status: PolicyStatus,
}

/// What the user asks for in a ClientTrafficPolicy.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
#[cfg_attr(feature = "schema", schemars(transform = cel(rules::CLIENT_TRAFFIC_POLICY_SPEC)))]
pub struct ClientTrafficPolicySpec {
    /// Which objects of its own API the policy applies to.
    #[serde(flatten)]
    pub targets: PolicyTargetReferences,
    /// How the address of the client is found behind other proxies.
    #[serde(rename = "clientIPDetection", skip_serializing_if = "Option::is_none")]
    pub client_ip_detection: Option<ClientIpDetectionSettings>,
    /// Limits and buffers of connections.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub connection: Option<ClientConnection>,
    /// Whether clients send a PROXY protocol header. Deprecated: use `proxyProtocol`, which goes
    /// before it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub enable_proxy_protocol: Option<bool>,
    /// Settings for gRPC.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub grpc: Option<GrpcSettings>,
    /// What happens to headers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub headers: Option<HeaderSettings>,
    /// Answers health checks of load balancers in front of Envoy.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub health_check: Option<HealthCheckSettings>,
    /// Settings for HTTP/1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub http1: Option<Http1Settings>,
    /// Settings for HTTP/2.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub http2: Option<Http2Settings>,
    /// Settings for HTTP/3, which is on when this is set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub http3: Option<Http3Settings>,
    /// How paths are normalised.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<PathSettings>,
    /// Expects a PROXY protocol header on connections; an empty object requires it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub proxy_protocol: Option<ProxyProtocolSettings>,
    /// Value of the `:scheme` header towards backends; `Preserve` when unset. One of `Preserve` or
    /// `MatchBackend`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(extend("enum" = ["Preserve", "MatchBackend"])))]
    pub scheme: Option<String>,
    /// Keep-alive probes on connections.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tcp_keepalive: Option<TcpKeepalive>,
    /// Time limits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timeout: Option<ClientTimeout>,
    /// TLS settings of the listeners.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tls: Option<ClientTlsSettings>,
}

/// Settings for gRPC clients.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
pub struct GrpcSettings {
    /// Whether gRPC-Web is translated. On for GRPCRoutes and off for HTTPRoutes when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub enable_web: Option<bool>,
}

/// Answers health checks of load balancers in front of Envoy.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
pub struct HealthCheckSettings {
    /// Path that is answered with 200, whatever the routes say.
    #[cfg_attr(feature = "schema", schemars(length(min = 1, max = 1024)))]
    pub path: String,
}

/// How paths are normalised before routes are matched.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
pub struct PathSettings {
    /// Whether adjacent slashes stay as they are; they are merged when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub disable_merge_slashes: Option<bool>,
    /// What happens to paths with escaped slashes (`%2F`, `%5C`); `UnescapeAndRedirect` when unset.
    /// One of `KeepUnchanged`, `RejectRequest`, `UnescapeAndForward` or `UnescapeAndRedirect`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(extend("enum" = ["KeepUnchanged", "RejectRequest", "UnescapeAndForward", "UnescapeAndRedirect"])))]
    pub escaped_slashes_action: Option<String>,
}

/// Expects a PROXY protocol header on connections.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
#[cfg_attr(feature = "schema", schemars(extend("minProperties" = 0)))]
pub struct ProxyProtocolSettings {
    /// Whether connections without the header are accepted as well; `false` when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub optional: Option<bool>,
}
