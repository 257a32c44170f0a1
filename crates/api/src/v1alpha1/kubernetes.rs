//! Core types of Kubernetes inside of EnvoyProxy: opaque in Rust, with their whole structure in the CRDs.

use std::borrow::Cow;
use std::sync::LazyLock;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde_json::{Map, Value};

/// Structure of the types, by name.
static TYPES: LazyLock<Map<String, Value>> = LazyLock::new(|| {
    serde_json::from_str(include_str!("../../schema-data/kubernetes.json")).unwrap_or_default()
});

fn structure(name: &str) -> Schema {
    TYPES.get(name).and_then(|schema| schema.clone().try_into().ok()).unwrap_or_default()
}

/// Declares names for schemas, by the name of the type in Kubernetes.
macro_rules! core_types {
    ($($(#[$meta:meta])* $name:ident = $type:literal;)+) => {
        #[cfg(test)]
        const NAMES: &[&str] = &[$($type),+];

        $(
            $(#[$meta])*
            #[derive(Debug)]
            pub(super) struct $name;

            impl JsonSchema for $name {
                fn schema_name() -> Cow<'static, str> {
                    $type.into()
                }

                fn inline_schema() -> bool {
                    true
                }

                fn json_schema(_: &mut SchemaGenerator) -> Schema {
                    structure($type)
                }
            }
        )+
    };
}

core_types! {
    /// `apps/v1.DaemonSetUpdateStrategy`.
    DaemonSetUpdateStrategy = "apps/v1.DaemonSetUpdateStrategy";
    /// `apps/v1.DeploymentStrategy`.
    DeploymentStrategy = "apps/v1.DeploymentStrategy";
    /// `autoscaling/v2.HorizontalPodAutoscalerBehavior`.
    HorizontalPodAutoscalerBehavior = "autoscaling/v2.HorizontalPodAutoscalerBehavior";
    /// `autoscaling/v2.MetricSpec`.
    MetricSpec = "autoscaling/v2.MetricSpec";
    /// `core/v1.Affinity`.
    Affinity = "core/v1.Affinity";
    /// `core/v1.Container`.
    Container = "core/v1.Container";
    /// `core/v1.EnvVar`.
    EnvVar = "core/v1.EnvVar";
    /// `core/v1.LocalObjectReference`.
    LocalObjectReference = "core/v1.LocalObjectReference";
    /// `core/v1.PodSecurityContext`.
    PodSecurityContext = "core/v1.PodSecurityContext";
    /// `core/v1.ResourceRequirements`.
    ResourceRequirements = "core/v1.ResourceRequirements";
    /// `core/v1.SecurityContext`.
    SecurityContext = "core/v1.SecurityContext";
    /// `core/v1.Toleration`.
    Toleration = "core/v1.Toleration";
    /// `core/v1.TopologySpreadConstraint`.
    TopologySpreadConstraint = "core/v1.TopologySpreadConstraint";
    /// `core/v1.Volume`.
    Volume = "core/v1.Volume";
    /// `core/v1.VolumeMount`.
    VolumeMount = "core/v1.VolumeMount";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_type_has_a_structure() {
        for name in NAMES {
            assert_eq!(structure(name).get("type"), Some(&"object".into()), "{name}");
        }
        assert_eq!(TYPES.len(), NAMES.len());
    }
}
