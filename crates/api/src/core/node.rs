//! Node: a machine of the cluster.

use serde::{Deserialize, Serialize};

use crate::meta::ObjectMeta;

/// A machine of the cluster; its addresses become those of Gateways whose Service is of type NodePort.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Node {
    /// Name, labels (topology among them) and bookkeeping of the object.
    pub metadata: ObjectMeta,
    /// What the cluster reports.
    pub status: NodeStatus,
}

/// What the cluster reports about a node.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct NodeStatus {
    /// The node's addresses.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub addresses: Vec<NodeAddress>,
}

/// One address of a node.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct NodeAddress {
    /// `InternalIP`, `ExternalIP`, `Hostname`, `InternalDNS` or `ExternalDNS`.
    pub r#type: String,
    /// The address.
    pub address: String,
}
