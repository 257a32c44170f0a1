//! Statuses that several kinds share: one entry per parent of a route, one per ancestor of a policy.

use serde::{Deserialize, Serialize};

use super::ParentReference;
use crate::meta::Condition;
#[cfg(feature = "schema")]
use crate::schema::{fmt, list_atomic, list_map};

/// Status of a route: one entry per parent and controller.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", default)]
pub struct RouteStatus {
    /// What each controller says about each parent. Entries of other controllers are left alone.
    #[cfg_attr(feature = "schema", schemars(length(max = 32), transform = list_atomic))]
    pub parents: Vec<RouteParentStatus>,
}

/// What one controller says about a route's attachment to one parent.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", default)]
pub struct RouteParentStatus {
    /// The parent reference of the route's spec that this entry is about.
    pub parent_ref: ParentReference,
    /// Name of the controller that wrote the entry, as in GatewayClass.
    #[cfg_attr(feature = "schema", schemars(with = "fmt::ControllerName"))]
    pub controller_name: String,
    /// The conditions, by type; at least `Accepted` and `ResolvedRefs`.
    #[cfg_attr(feature = "schema", schemars(length(min = 1, max = 8), transform = list_map("type")))]
    pub conditions: Vec<Condition>,
}

/// Status of a policy: one entry per ancestor and controller.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", default)]
pub struct PolicyStatus {
    /// What each controller says about the policy at each ancestor. Entries of other controllers are left
    /// alone.
    #[cfg_attr(feature = "schema", schemars(length(max = 16), transform = list_atomic))]
    pub ancestors: Vec<PolicyAncestorStatus>,
}

/// What one controller says about a policy in the context of one ancestor, usually a Gateway.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", default)]
pub struct PolicyAncestorStatus {
    /// The ancestor that the entry is about.
    pub ancestor_ref: ParentReference,
    /// Name of the controller that wrote the entry, as in GatewayClass.
    #[cfg_attr(feature = "schema", schemars(with = "fmt::ControllerName"))]
    pub controller_name: String,
    /// The conditions, by type; at least `Accepted`.
    #[cfg_attr(feature = "schema", schemars(length(min = 1, max = 8), transform = list_map("type")))]
    pub conditions: Vec<Condition>,
}
