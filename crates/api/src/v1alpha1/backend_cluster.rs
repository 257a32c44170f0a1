//! Services that Envoy itself calls.

use serde::{Deserialize, Serialize};

use crate::gateway::BackendObjectReference;
use crate::v1alpha1::ClusterSettings;

/// A service that Envoy itself calls, and how it connects to it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct BackendCluster {
    /// The service. Deprecated: use `backendRefs`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub backend_ref: Option<BackendObjectReference>,
    /// The Services, ServiceImports or Backends that share the calls.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub backend_refs: Vec<BackendRef>,
    /// How Envoy connects to the service.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub backend_settings: Option<Box<ClusterSettings>>,
}

/// One backend, with its share of the calls.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct BackendRef {
    /// Whether it only gets calls while the others are unhealthy; `false` when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fallback: Option<bool>,
    /// API group of the object; empty for the core group.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    /// Kind of the object. Defaults to `Service`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// Name of the object.
    pub name: String,
    /// Namespace of the object, which must grant the reference if it is not the referrer's; the
    /// referrer's when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
    /// Port of the service; needed for Services.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub port: Option<i32>,
    /// Share of the calls, relative to the sum of all weights. Defaults to `1`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub weight: Option<i32>,
}
