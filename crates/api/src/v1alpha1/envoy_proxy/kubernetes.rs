//! The Kubernetes objects that run the proxies. Core types of Kubernetes stay JSON.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::meta::IntOrString;

/// The `KubernetesDaemonSetSpec` part of the API.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct KubernetesDaemonSetSpec {
    /// Sets container.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub container: Option<KubernetesContainerSpec>,
    /// Sets name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Sets patch.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub patch: Option<KubernetesPatchSpec>,
    /// Sets pod.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pod: Option<KubernetesPodSpec>,
    /// Sets strategy.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub strategy: Option<Value>,
}

/// The `KubernetesDeploymentSpec` part of the API.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct KubernetesDeploymentSpec {
    /// Sets container.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub container: Option<KubernetesContainerSpec>,
    /// Sets init containers.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub init_containers: Vec<Value>,
    /// Sets name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Sets patch.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub patch: Option<KubernetesPatchSpec>,
    /// Sets pod.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pod: Option<KubernetesPodSpec>,
    /// Sets replicas.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub replicas: Option<i32>,
    /// Sets strategy.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub strategy: Option<Value>,
}

/// The `KubernetesPodSpec` part of the API.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct KubernetesPodSpec {
    /// Sets affinity.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub affinity: Option<Value>,
    /// Sets annotations.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub annotations: BTreeMap<String, String>,
    /// Sets image pull secrets.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub image_pull_secrets: Vec<Value>,
    /// Sets labels.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub labels: BTreeMap<String, String>,
    /// Sets node selector.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub node_selector: BTreeMap<String, String>,
    /// Sets priority class name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub priority_class_name: Option<String>,
    /// Sets security context.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub security_context: Option<Value>,
    /// Sets tolerations.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tolerations: Vec<Value>,
    /// Sets topology spread constraints.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub topology_spread_constraints: Vec<Value>,
    /// Sets volumes.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub volumes: Vec<Value>,
}

/// The `KubernetesContainerSpec` part of the API.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct KubernetesContainerSpec {
    /// Sets env.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub env: Vec<Value>,
    /// Sets image.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image: Option<String>,
    /// Sets image repository.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image_repository: Option<String>,
    /// Sets resources.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resources: Option<Value>,
    /// Sets security context.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub security_context: Option<Value>,
    /// Sets volume mounts.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub volume_mounts: Vec<Value>,
}

/// The `KubernetesPatchSpec` part of the API.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct KubernetesPatchSpec {
    /// Sets type.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub r#type: Option<String>,
    /// Sets value.
    pub value: Value,
}

/// The `KubernetesHorizontalPodAutoscalerSpec` part of the API.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct KubernetesHorizontalPodAutoscalerSpec {
    /// Sets behavior.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub behavior: Option<Value>,
    /// Sets max replicas.
    pub max_replicas: i32,
    /// Sets metrics.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub metrics: Vec<Value>,
    /// Sets min replicas.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min_replicas: Option<i32>,
    /// Sets name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Sets patch.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub patch: Option<KubernetesPatchSpec>,
}

/// The `KubernetesPodDisruptionBudgetSpec` part of the API.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct KubernetesPodDisruptionBudgetSpec {
    /// Sets max unavailable.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_unavailable: Option<IntOrString>,
    /// Sets min available.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min_available: Option<IntOrString>,
    /// Sets name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Sets patch.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub patch: Option<KubernetesPatchSpec>,
}

/// The `KubernetesServiceSpec` part of the API.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct KubernetesServiceSpec {
    /// Sets allocate load balancer node ports.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub allocate_load_balancer_node_ports: Option<bool>,
    /// Sets annotations.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub annotations: BTreeMap<String, String>,
    /// Sets external traffic policy. One of `Local` or `Cluster`. Defaults to `Local`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub external_traffic_policy: Option<String>,
    /// Sets labels.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub labels: BTreeMap<String, String>,
    /// Sets load balancer class.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub load_balancer_class: Option<String>,
    /// Sets load balancer ip.
    #[serde(rename = "loadBalancerIP", skip_serializing_if = "Option::is_none")]
    pub load_balancer_ip: Option<String>,
    /// Sets load balancer source ranges.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub load_balancer_source_ranges: Vec<String>,
    /// Sets name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Sets patch.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub patch: Option<KubernetesPatchSpec>,
    /// Sets type. One of `ClusterIP`, `LoadBalancer` or `NodePort`. Defaults to `LoadBalancer`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub r#type: Option<String>,
}

/// The `KubernetesServiceAccountSpec` part of the API.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct KubernetesServiceAccountSpec {
    /// Sets name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}
