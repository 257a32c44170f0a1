//! ListenerSet: listeners added to a Gateway by somebody else.

use serde::{Deserialize, Serialize};

#[cfg(feature = "schema")]
use super::rules;
use super::{Listener, ListenerStatus, ParentGatewayReference};
use crate::meta::{Condition, ObjectMeta};
#[cfg(feature = "schema")]
use crate::schema::{ACCEPTED_PROGRAMMED, cel, list_map, pending, pending_status};

/// Listeners that are added to a Gateway.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", default)]
pub struct ListenerSet {
    /// Name, namespace and bookkeeping of the object.
    pub metadata: ObjectMeta,
    /// What the user asks for.
    pub spec: ListenerSetSpec,
    /// What the controller reports.
    #[cfg_attr(feature = "schema", schemars(transform = pending_status(ACCEPTED_PROGRAMMED)))]
    pub status: ListenerSetStatus,
}

/// What the user asks for in a ListenerSet.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", default)]
pub struct ListenerSetSpec {
    /// The Gateway that gets the listeners.
    pub parent_ref: ParentGatewayReference,
    /// The listeners to add.
    #[cfg_attr(
        feature = "schema",
        schemars(
            length(min = 1, max = 64),
            transform = list_map("name"),
            transform = cel(rules::LISTENER_SET_LISTENERS),
        )
    )]
    pub listeners: Vec<Listener>,
}

/// What the controller reports about a ListenerSet.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", default)]
pub struct ListenerSetStatus {
    /// The conditions, by type; `Accepted` and `Programmed` above all.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(
        feature = "schema",
        schemars(
            length(max = 8),
            transform = list_map("type"),
            transform = pending(ACCEPTED_PROGRAMMED),
        )
    )]
    pub conditions: Vec<Condition>,
    /// What the controller reports about each listener.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "schema", schemars(length(max = 64), transform = list_map("name")))]
    pub listeners: Vec<ListenerStatus>,
}
