//! BackendTrafficPolicy: how Envoy treats requests on their way to backends.

use serde::{Deserialize, Serialize};

use crate::gateway::PolicyStatus;
use crate::meta::{ObjectMeta, Quantity};
#[cfg(feature = "schema")]
use crate::schema::cel;
use crate::v1alpha1::{ClusterSettings, Compression, PolicyTargetReferences, Tracing};
#[cfg(feature = "schema")]
use crate::v1alpha1::{format, rules};

mod admission_control;
mod bandwidth_limit;
mod fault_injection;
mod rate_limit;
mod response_override;

pub use admission_control::*;
pub use bandwidth_limit::*;
pub use fault_injection::*;
pub use rate_limit::*;
pub use response_override::*;

/// How Envoy treats requests on their way to backends.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
pub struct BackendTrafficPolicy {
    /// Name, namespace and bookkeeping of the object.
    pub metadata: ObjectMeta,
    /// What the user asks for.
    pub spec: BackendTrafficPolicySpec,
    /// What the controller reports.
    pub status: PolicyStatus,
}

/// What the user asks for in a BackendTrafficPolicy.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
#[cfg_attr(feature = "schema", schemars(transform = cel(rules::BACKEND_TRAFFIC_POLICY_SPEC)))]
pub struct BackendTrafficPolicySpec {
    /// Which objects of its own API the policy applies to.
    #[serde(flatten)]
    pub targets: PolicyTargetReferences,
    /// How Envoy connects to the backends.
    #[serde(flatten)]
    pub cluster: ClusterSettings,
    /// Refuses part of the requests while too many fail.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub admission_control: Option<AdmissionControl>,
    /// Limits the bytes per time of requests and responses.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bandwidth_limit: Option<BandwidthLimitSpec>,
    /// Compresses responses. Deprecated: use `compressor`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub compression: Vec<Compression>,
    /// Compresses responses; the client's choice among these, the first is preferred.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub compressor: Vec<Compression>,
    /// Delays and fails part of the requests on purpose.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fault_injection: Option<FaultInjection>,
    /// Protocols that requests may upgrade to; `websocket` when empty.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub http_upgrade: Vec<ProtocolUpgradeConfig>,
    /// How the policy of a route is merged into that of its parent, which it replaces when unset:
    /// `StrategicMerge` or `JSONMerge`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(transform = cel(rules::BACKEND_TRAFFIC_POLICY_SPEC_MERGE_TYPE)))]
    pub merge_type: Option<String>,
    /// Limits the number of requests.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rate_limit: Option<RateLimitSpec>,
    /// Reads whole requests before they are sent on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_buffer: Option<RequestBuffer>,
    /// Replaces responses; the first entry that matches counts.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub response_override: Vec<ResponseOverride>,
    /// Whether traffic goes to the address of the Service or to its endpoints: `Service` or
    /// `Endpoint`; the EnvoyProxy's choice when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub routing_type: Option<String>,
    /// Tracing and names of statistics.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub telemetry: Option<BackendTelemetry>,
    /// Whether backends get the HTTP version that the client speaks; `false` when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub use_client_protocol: Option<bool>,
}

/// A protocol that requests may upgrade to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
#[cfg_attr(feature = "schema", schemars(transform = cel(rules::PROTOCOL_UPGRADE_CONFIG)))]
pub struct ProtocolUpgradeConfig {
    /// Settings for `CONNECT`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub connect: Option<ConnectConfig>,
    /// Name of the protocol as in the `Upgrade` header, `websocket` for example, or `CONNECT`.
    pub r#type: String,
}

/// Settings for `CONNECT` requests.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
pub struct ConnectConfig {
    /// Whether Envoy ends the tunnel and passes bytes to the backend; otherwise the request itself
    /// is passed on. `false` when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub terminate: Option<bool>,
}

/// Reads whole requests before they are sent on.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
pub struct RequestBuffer {
    /// Size of a body at most, in bytes; larger requests get 413.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "format::WholeQuantity"))]
    pub limit: Option<Quantity>,
}

/// Telemetry of the routes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
pub struct BackendTelemetry {
    /// Names of statistics.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub metrics: Option<BackendMetrics>,
    /// What is traced.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tracing: Option<Tracing>,
}

/// Names of the routes' statistics.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
pub struct BackendMetrics {
    /// Prefix of statistics of each route, with operators such as `%ROUTE_NAME%`; no such
    /// statistics when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub route_stat_name: Option<String>,
}
