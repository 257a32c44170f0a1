//! Services that Envoy itself calls.

use serde::{Deserialize, Serialize};

use crate::backend_reference;
use crate::gateway::BackendObjectReference;
#[cfg(feature = "schema")]
use crate::schema::{cel, fmt};
use crate::v1alpha1::ClusterSettings;
#[cfg(feature = "schema")]
use crate::v1alpha1::rules;

/// A service that Envoy itself calls, and how it connects to it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
pub struct BackendCluster {
    /// The service. Deprecated: use `backendRefs`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub backend_ref: Option<BackendObjectReference>,
    /// The Services, ServiceImports or Backends that share the calls.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "schema", schemars(length(max = 16)))]
    pub backend_refs: Vec<BackendRef>,
    /// How Envoy connects to the service.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub backend_settings: Option<Box<ClusterSettings>>,
}

impl BackendCluster {
    /// The backends that share the calls; the one of the deprecated field when there are no others.
    pub fn references(&self) -> Vec<BackendRef> {
        match &self.backend_ref {
            Some(only) if self.backend_refs.is_empty() => vec![only.clone().into()],
            _ => self.backend_refs.clone(),
        }
    }
}

/// One backend, with its share of the calls.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
#[cfg_attr(feature = "schema", schemars(transform = cel(rules::BACKEND_REF)))]
pub struct BackendRef {
    /// Whether it only gets calls while the others are unhealthy; `false` when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fallback: Option<bool>,
    /// API group of the object; empty for the core group.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "fmt::Group", extend("x-default" = "")))]
    pub group: Option<String>,
    /// Kind of the object. Defaults to `Service`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "fmt::Kind", extend("x-default" = "Service")))]
    pub kind: Option<String>,
    /// Name of the object.
    #[cfg_attr(feature = "schema", schemars(with = "fmt::ObjectName"))]
    pub name: String,
    /// Namespace of the object, which must grant the reference if it is not the referrer's; the
    /// referrer's when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "fmt::Namespace"))]
    pub namespace: Option<String>,
    /// Port of the service; needed for Services.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "fmt::PortNumber"))]
    pub port: Option<i32>,
    /// Share of the calls, relative to the sum of all weights. Defaults to `1`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(range(min = 0, max = 1_000_000), extend("x-default" = 1)))]
    pub weight: Option<i32>,
}

backend_reference!(BackendRef, weight);

impl From<BackendObjectReference> for BackendRef {
    fn from(reference: BackendObjectReference) -> Self {
        Self {
            group: reference.group,
            kind: reference.kind,
            name: reference.name,
            namespace: reference.namespace,
            port: reference.port,
            fallback: None,
            weight: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gateway::BackendReference;
    use serde_json::json;

    #[test]
    fn the_deprecated_reference_counts_alone() {
        let cluster = |value| serde_json::from_value::<BackendCluster>(value).unwrap().references();
        let old = cluster(json!({ "backendRef": { "name": "old", "port": 1 } }));
        assert_eq!(
            (old[0].kind(), old[0].name(), old[0].port(), old[0].weight()),
            ("Service", "old", Some(1), 1)
        );
        let both = cluster(json!({
            "backendRef": { "name": "old" },
            "backendRefs": [{ "name": "new", "weight": 3, "kind": "Backend" }],
        }));
        assert_eq!(both.len(), 1);
        assert_eq!((both[0].kind(), both[0].name(), both[0].weight()), ("Backend", "new", 3));
        assert!(cluster(json!({})).is_empty());
    }
}
