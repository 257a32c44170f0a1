//! The kinds of the Multi-Cluster Services API (`multicluster.x-k8s.io`).

use serde::{Deserialize, Serialize};

use crate::meta::{Condition, ObjectMeta};
#[cfg(feature = "schema")]
use crate::schema::{list_atomic, list_map};

/// A Service that other clusters export to this one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", default)]
pub struct ServiceImport {
    /// Name, namespace and bookkeeping of the object.
    pub metadata: ObjectMeta,
    /// What is imported.
    #[serde(skip_serializing_if = "crate::kinds::is_default")]
    pub spec: ServiceImportSpec,
    /// What the clusters report.
    #[serde(skip_serializing_if = "crate::kinds::is_default")]
    pub status: ServiceImportStatus,
}

/// What a ServiceImport imports.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", default)]
pub struct ServiceImportSpec {
    /// The ports.
    #[cfg_attr(feature = "schema", schemars(transform = list_atomic))]
    pub ports: Vec<ServiceImportPort>,
    /// Addresses that stand for all clusters, for `ClusterSetIP`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "schema", schemars(length(max = 2)))]
    pub ips: Vec<String>,
    /// Families of the addresses.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "schema", schemars(length(max = 2)))]
    pub ip_families: Vec<String>,
    /// Whether there is one address for all, or the endpoints' own.
    pub r#type: ServiceImportType,
    /// Whether a client stays at one endpoint: `ClientIP` or `None`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub session_affinity: Option<String>,
    /// How long it does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub session_affinity_config: Option<SessionAffinityConfig>,
    /// `Local` or `Cluster`, for traffic from inside.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub internal_traffic_policy: Option<String>,
    /// Preference among endpoints.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub traffic_distribution: Option<String>,
}

/// One port of a ServiceImport.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", default)]
pub struct ServiceImportPort {
    /// Name of the port; optional when there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// `TCP`, `UDP` or `SCTP`; `TCP` when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub protocol: Option<String>,
    /// Protocol on top of it, `kubernetes.io/h2c` for example.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub app_protocol: Option<String>,
    /// Number of the port.
    pub port: i32,
}

/// How long a client stays at one endpoint.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", default)]
pub struct SessionAffinityConfig {
    /// Settings of `ClientIP`.
    #[serde(rename = "clientIP", skip_serializing_if = "Option::is_none")]
    pub client_ip: Option<ClientIpConfig>,
}

/// How long a client address stays at one endpoint.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", default)]
pub struct ClientIpConfig {
    /// Seconds after the last connection.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timeout_seconds: Option<i32>,
}

/// What the clusters report about a ServiceImport.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", default)]
pub struct ServiceImportStatus {
    /// The clusters that export the Service.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "schema", schemars(transform = list_map("cluster")))]
    pub clusters: Vec<ClusterStatus>,
    /// Conditions, by type.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "schema", schemars(transform = list_map("type")))]
    pub conditions: Vec<Condition>,
    /// Whether the cluster has EndpointSlices for the import.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub endpoint_slice_objects: Option<EndpointSliceObjects>,
}

open_enum! {
    /// Whether a cluster has EndpointSlices for a ServiceImport.
    EndpointSliceObjects {
        /// It has.
        Present = "Present",
        /// It has not.
        Absent = "Absent",
    }
}

/// A cluster that exports a Service.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", default)]
pub struct ClusterStatus {
    /// Name of the cluster.
    pub cluster: String,
}

open_enum! {
    /// How an imported Service can be reached.
    ServiceImportType {
        /// At one address that stands for all clusters.
        ClusterSetIp = "ClusterSetIP",
        /// At the addresses of the endpoints.
        Headless = "Headless",
    }
}
