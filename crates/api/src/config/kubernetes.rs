//! How the control plane works with Kubernetes.

use serde::{Deserialize, Serialize};

use crate::meta::{Duration, LabelSelector};
use crate::v1alpha1::{
    KubernetesDeploymentSpec, KubernetesHorizontalPodAutoscalerSpec, KubernetesPodDisruptionBudgetSpec,
};

/// How the control plane works with Kubernetes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct EnvoyGatewayKubernetesProvider {
    /// Time after which everything is looked at again; 10h when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cache_sync_period: Option<Duration>,
    /// The client of the API server.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client: Option<KubernetesClient>,
    /// Where proxies are put.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deploy: Option<KubernetesDeployMode>,
    /// How one of several replicas is chosen to write.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub leader_election: Option<LeaderElection>,
    /// The webhook that tells proxies their zone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub proxy_topology_injector: Option<EnvoyGatewayTopologyInjector>,
    /// The Deployment of the rate-limit service.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rate_limit_deployment: Option<KubernetesDeploymentSpec>,
    /// The HorizontalPodAutoscaler of the rate-limit service; none when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rate_limit_hpa: Option<KubernetesHorizontalPodAutoscalerSpec>,
    /// The PodDisruptionBudget of the rate-limit service; none when unset.
    #[serde(rename = "rateLimitPDB", skip_serializing_if = "Option::is_none")]
    pub rate_limit_pdb: Option<KubernetesPodDisruptionBudgetSpec>,
    /// The container that drains proxies.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shutdown_manager: Option<ShutdownManager>,
    /// Which namespaces are watched; all when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub watch: Option<KubernetesWatchMode>,
}

/// How configuration is read from Kubernetes while something else runs the proxies.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct EnvoyGatewayKubernetesCustomProvider {
    /// Time after which everything is looked at again; 10h when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cache_sync_period: Option<Duration>,
    /// The client of the API server.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client: Option<KubernetesClient>,
    /// How one of several replicas is chosen to write.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub leader_election: Option<LeaderElection>,
    /// Which namespaces are watched; all when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub watch: Option<KubernetesWatchMode>,
}

/// The client of the API server.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct KubernetesClient {
    /// How many requests it makes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rate_limit: Option<KubernetesClientRateLimit>,
}

/// How many requests a client makes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct KubernetesClientRateLimit {
    /// Requests that it may make at once. Defaults to `100`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub burst: Option<i32>,
    /// Requests per second that it may make for long. Defaults to `50`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub qps: Option<i32>,
}

/// How one of several replicas is chosen to write status and run proxies.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct LeaderElection {
    /// Whether there is no such choice; `false` when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub disable: Option<bool>,
    /// Time after which others may replace a silent leader; 15s when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lease_duration: Option<Duration>,
    /// Time after which a leader that cannot renew gives up; 10s when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub renew_deadline: Option<Duration>,
    /// Time between attempts; 2s when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry_period: Option<Duration>,
}

/// Which namespaces are watched: by name or by labels.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct KubernetesWatchMode {
    /// Condition on the labels of namespaces, for `NamespaceSelector`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub namespace_selector: Option<LabelSelector>,
    /// Names of namespaces, for `Namespaces`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub namespaces: Vec<String>,
    /// How they are chosen: `Namespaces` or `NamespaceSelector`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub r#type: Option<String>,
}

/// Where proxies are put.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct KubernetesDeployMode {
    /// In the namespace of the controller, or in that of each Gateway. One of `ControllerNamespace`
    /// or `GatewayNamespace`. Defaults to `ControllerNamespace`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub r#type: Option<String>,
}

/// The webhook that tells proxies their zone.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct EnvoyGatewayTopologyInjector {
    /// Whether it is off; `false` when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub disabled: Option<bool>,
}

/// The container that drains proxies.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct ShutdownManager {
    /// Its image; that of the control plane when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image: Option<String>,
}
