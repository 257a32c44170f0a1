//! Namespace: a scope for names.

use serde::{Deserialize, Serialize};

use crate::meta::ObjectMeta;

/// A scope for names; its labels decide who may attach from it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Namespace {
    /// Name, labels and bookkeeping of the object.
    pub metadata: ObjectMeta,
    /// What the cluster reports.
    pub status: NamespaceStatus,
}

/// What the cluster reports about a namespace.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct NamespaceStatus {
    /// `Active` or `Terminating`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phase: Option<String>,
}
