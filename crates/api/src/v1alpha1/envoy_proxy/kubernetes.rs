//! The Kubernetes objects that run the proxies. Core types of Kubernetes stay JSON.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::meta::IntOrString;
#[cfg(feature = "schema")]
use crate::schema::{cel, fmt};
#[cfg(feature = "schema")]
use crate::v1alpha1::{kubernetes, rules};

/// The DaemonSet of the proxies.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
pub struct KubernetesDaemonSetSpec {
    /// The container with Envoy.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub container: Option<KubernetesContainerSpec>,
    /// Name of the object; made of the Gateway's when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Changes the object after everything else.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub patch: Option<KubernetesPatchSpec>,
    /// The pods.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pod: Option<KubernetesPodSpec>,
    /// How pods are replaced by new ones (`apps/v1.DaemonSetUpdateStrategy`).
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "kubernetes::DaemonSetUpdateStrategy"))]
    pub strategy: Option<Value>,
}

/// A Deployment.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
pub struct KubernetesDeploymentSpec {
    /// The main container.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub container: Option<KubernetesContainerSpec>,
    /// Containers that run before the others (`core/v1.Container`).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "schema", schemars(with = "Vec<kubernetes::Container>"))]
    pub init_containers: Vec<Value>,
    /// Name of the object; made of the Gateway's when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Changes the object after everything else.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub patch: Option<KubernetesPatchSpec>,
    /// The pods.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pod: Option<KubernetesPodSpec>,
    /// Number of pods; 1 when unset. Left alone when there is an autoscaler.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub replicas: Option<i32>,
    /// How pods are replaced by new ones (`apps/v1.DeploymentStrategy`); `RollingUpdate` when
    /// unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "kubernetes::DeploymentStrategy"))]
    pub strategy: Option<Value>,
}

/// Pods.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
pub struct KubernetesPodSpec {
    /// Which nodes and neighbours the pods prefer (`core/v1.Affinity`).
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "kubernetes::Affinity"))]
    pub affinity: Option<Value>,
    /// Annotations that the pods get.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub annotations: BTreeMap<String, String>,
    /// Secrets with credentials of registries (`core/v1.LocalObjectReference`).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "schema", schemars(with = "Vec<kubernetes::LocalObjectReference>"))]
    pub image_pull_secrets: Vec<Value>,
    /// Labels that the pods get.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub labels: BTreeMap<String, String>,
    /// Labels that the nodes must have.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub node_selector: BTreeMap<String, String>,
    /// Name of the pods' PriorityClass.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub priority_class_name: Option<String>,
    /// Rights of the pods (`core/v1.PodSecurityContext`).
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "kubernetes::PodSecurityContext"))]
    pub security_context: Option<Value>,
    /// Taints of nodes that the pods put up with (`core/v1.Toleration`).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "schema", schemars(with = "Vec<kubernetes::Toleration>"))]
    pub tolerations: Vec<Value>,
    /// How pods are spread over nodes and zones (`core/v1.TopologySpreadConstraint`).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "schema", schemars(with = "Vec<kubernetes::TopologySpreadConstraint>"))]
    pub topology_spread_constraints: Vec<Value>,
    /// Volumes that the pods get (`core/v1.Volume`).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "schema", schemars(with = "Vec<kubernetes::Volume>"))]
    pub volumes: Vec<Value>,
}

/// A container.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
#[cfg_attr(feature = "schema", schemars(transform = cel(rules::KUBERNETES_CONTAINER_SPEC)))]
pub struct KubernetesContainerSpec {
    /// Environment variables (`core/v1.EnvVar`).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "schema", schemars(with = "Vec<kubernetes::EnvVar>"))]
    pub env: Vec<Value>,
    /// Image with its tag; not together with `imageRepository`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(transform = cel(rules::KUBERNETES_CONTAINER_SPEC_IMAGE)))]
    pub image: Option<String>,
    /// Image without its tag, which stays as it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(transform = cel(rules::KUBERNETES_CONTAINER_SPEC_IMAGE_REPOSITORY)))]
    pub image_repository: Option<String>,
    /// Processors and memory (`core/v1.ResourceRequirements`); requests of 100m and 512Mi when
    /// unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "kubernetes::ResourceRequirements"))]
    pub resources: Option<Value>,
    /// Rights of the container (`core/v1.SecurityContext`).
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "kubernetes::SecurityContext"))]
    pub security_context: Option<Value>,
    /// Where volumes are mounted (`core/v1.VolumeMount`).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "schema", schemars(with = "Vec<kubernetes::VolumeMount>"))]
    pub volume_mounts: Vec<Value>,
}

/// Changes an object after everything else.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
pub struct KubernetesPatchSpec {
    /// How the value is applied: `StrategicMerge` or `JSONMerge`; `StrategicMerge` when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub r#type: Option<String>,
    /// Part of the object, with what is to change.
    #[cfg_attr(feature = "schema", schemars(with = "fmt::Any"))]
    pub value: Value,
}

/// A HorizontalPodAutoscaler.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
#[cfg_attr(feature = "schema", schemars(transform = cel(rules::KUBERNETES_HORIZONTAL_POD_AUTOSCALER_SPEC)))]
pub struct KubernetesHorizontalPodAutoscalerSpec {
    /// How fast pods come and go (`autoscaling/v2.HorizontalPodAutoscalerBehavior`).
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "kubernetes::HorizontalPodAutoscalerBehavior"))]
    pub behavior: Option<Value>,
    /// Number of pods at most.
    #[cfg_attr(feature = "schema", schemars(transform = cel(rules::KUBERNETES_HORIZONTAL_POD_AUTOSCALER_SPEC_MAX_REPLICAS)))]
    pub max_replicas: i32,
    /// What is measured (`autoscaling/v2.MetricSpec`); processors at 80 percent when empty.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "schema", schemars(with = "Vec<kubernetes::MetricSpec>"))]
    pub metrics: Vec<Value>,
    /// Number of pods at least; 1 when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(transform = cel(rules::KUBERNETES_HORIZONTAL_POD_AUTOSCALER_SPEC_MIN_REPLICAS)))]
    pub min_replicas: Option<i32>,
    /// Name of the object; made of the Gateway's when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Changes the object after everything else.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub patch: Option<KubernetesPatchSpec>,
}

/// A PodDisruptionBudget: one of the numbers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
#[cfg_attr(feature = "schema", schemars(transform = cel(rules::KUBERNETES_POD_DISRUPTION_BUDGET_SPEC)))]
pub struct KubernetesPodDisruptionBudgetSpec {
    /// Number or percentage of pods that may be away.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_unavailable: Option<IntOrString>,
    /// Number or percentage of pods that must be there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min_available: Option<IntOrString>,
    /// Name of the object; made of the Gateway's when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Changes the object after everything else.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub patch: Option<KubernetesPatchSpec>,
}

/// The Service of the proxies.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
#[cfg_attr(feature = "schema", schemars(transform = cel(rules::KUBERNETES_SERVICE_SPEC)))]
pub struct KubernetesServiceSpec {
    /// Whether node ports are allocated, for `LoadBalancer`; they are when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub allocate_load_balancer_node_ports: Option<bool>,
    /// Annotations that the Service gets.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub annotations: BTreeMap<String, String>,
    /// Whether traffic from outside goes to pods of the same node or of all. One of `Local` or
    /// `Cluster`. Defaults to `Local`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(extend("enum" = ["Local", "Cluster"], "x-default" = "Local")))]
    pub external_traffic_policy: Option<String>,
    /// Labels that the Service gets.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub labels: BTreeMap<String, String>,
    /// Which load balancer serves it, for `LoadBalancer`; the platform's when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub load_balancer_class: Option<String>,
    /// IPv4 address that is asked for, for `LoadBalancer`.
    #[serde(rename = "loadBalancerIP", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(transform = cel(rules::KUBERNETES_SERVICE_SPEC_LOAD_BALANCER_IP)))]
    pub load_balancer_ip: Option<String>,
    /// Networks that may connect, for `LoadBalancer`; all when empty.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub load_balancer_source_ranges: Vec<String>,
    /// Name of the object; made of the Gateway's when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Changes the object after everything else.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub patch: Option<KubernetesPatchSpec>,
    /// Kind of the Service. One of `ClusterIP`, `LoadBalancer` or `NodePort`. Defaults to
    /// `LoadBalancer`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(extend("enum" = ["ClusterIP", "LoadBalancer", "NodePort"], "x-default" = "LoadBalancer")))]
    pub r#type: Option<String>,
}

/// The ServiceAccount of the proxies.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
pub struct KubernetesServiceAccountSpec {
    /// Name of the object; made of the Gateway's when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}
