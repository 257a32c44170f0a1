//! How an endpoint is chosen.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::meta::Duration;
#[cfg(feature = "schema")]
use crate::schema::{cel, fmt};
#[cfg(feature = "schema")]
use crate::v1alpha1::rules;
use crate::v1alpha1::{ConsistentHash, ZoneAware};

/// How an endpoint is chosen.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
#[cfg_attr(feature = "schema", schemars(transform = cel(rules::LOAD_BALANCER)))]
pub struct LoadBalancer {
    /// Settings for `BackendUtilization`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub backend_utilization: Option<BackendUtilization>,
    /// Settings for `ConsistentHash`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub consistent_hash: Option<ConsistentHash>,
    /// Settings for `DynamicModule`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dynamic_module: Option<DynamicModuleLbPolicy>,
    /// Lets a header of the request name the endpoint.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub endpoint_override: Option<EndpointOverride>,
    /// Gives new endpoints less traffic at first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub slow_start: Option<SlowStart>,
    /// The algorithm. One of `ConsistentHash`, `LeastRequest`, `Random`, `RoundRobin`,
    /// `BackendUtilization` or `DynamicModule`.
    #[cfg_attr(feature = "schema", schemars(extend("enum" = ["ConsistentHash", "LeastRequest", "Random", "RoundRobin", "BackendUtilization", "DynamicModule"])))]
    pub r#type: String,
    /// Prefers some availability zones.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub zone_aware: Option<ZoneAware>,
}

/// Chooses by the load that endpoints report (ORCA).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
pub struct BackendUtilization {
    /// Time during which reports of a new endpoint are ignored; 10s when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub blackout_period: Option<Duration>,
    /// How much errors count against an endpoint, in percent.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(range(min = 0)))]
    pub error_utilization_penalty_percent: Option<i32>,
    /// Whether the headers with the reports reach the client. Defaults to `false`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(extend("x-default" = false)))]
    pub keep_response_headers: Option<bool>,
    /// Reported metrics to use in place of the application's utilization, the largest counts.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub metric_names_for_computing_utilization: Vec<String>,
    /// Reads reports from a stream instead of from responses.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub out_of_band: Option<OutOfBandReporting>,
    /// Age at which a report no longer counts; 3m when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub weight_expiration_period: Option<Duration>,
    /// Time between new weights, at least 100ms; 1s when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub weight_update_period: Option<Duration>,
}

/// Reads load reports from a gRPC stream.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
pub struct OutOfBandReporting {
    /// Host that is asked for; that of the cluster when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(length(min = 1, max = 259), regex(pattern = r"^[^\x00\n\r]*$")))]
    pub authority: Option<String>,
    /// Port of the reporting service; that of the endpoint when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "fmt::PortNumber"))]
    pub port: Option<i32>,
    /// Time between reports that is asked for; 10s when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(transform = cel(rules::OUT_OF_BAND_REPORTING_REPORTING_PERIOD)))]
    pub reporting_period: Option<Duration>,
}

/// Chooses by the code of a dynamic module.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
pub struct DynamicModuleLbPolicy {
    /// Configuration that the module gets.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "fmt::Any"))]
    pub config: Option<Value>,
    /// Name of the policy in the module.
    #[cfg_attr(feature = "schema", schemars(with = "fmt::ObjectName"))]
    pub lb_policy_name: String,
    /// Name of the module, as listed in the EnvoyProxy.
    #[cfg_attr(
        feature = "schema",
        schemars(length(min = 1, max = 253), regex(pattern = "^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$"))
    )]
    pub name: String,
}

/// Lets the request name the endpoint.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
pub struct EndpointOverride {
    /// Where the address is looked for, in this order.
    #[cfg_attr(feature = "schema", schemars(length(min = 1, max = 10)))]
    pub extract_from: Vec<EndpointOverrideExtractFrom>,
}

/// A place that may name the endpoint.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
pub struct EndpointOverrideExtractFrom {
    /// Header with an address and port.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub header: Option<String>,
}

/// Gives new endpoints less traffic at first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
pub struct SlowStart {
    /// Time in which the share grows to its full size.
    pub window: Duration,
}
