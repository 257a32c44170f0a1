//! How the control plane works with Kubernetes.

use serde::{Deserialize, Serialize};

use crate::meta::{Duration, LabelSelector};
use crate::v1alpha1::{
    KubernetesDeploymentSpec, KubernetesHorizontalPodAutoscalerSpec, KubernetesPodDisruptionBudgetSpec,
};

/// The `EnvoyGatewayKubernetesProvider` part of the API.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct EnvoyGatewayKubernetesProvider {
    /// Sets cache sync period.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cache_sync_period: Option<Duration>,
    /// Sets client.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client: Option<KubernetesClient>,
    /// Sets deploy.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deploy: Option<KubernetesDeployMode>,
    /// Sets leader election.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub leader_election: Option<LeaderElection>,
    /// Sets proxy topology injector.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub proxy_topology_injector: Option<EnvoyGatewayTopologyInjector>,
    /// Sets rate limit deployment.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rate_limit_deployment: Option<KubernetesDeploymentSpec>,
    /// Sets rate limit hpa.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rate_limit_hpa: Option<KubernetesHorizontalPodAutoscalerSpec>,
    /// Sets rate limit pdb.
    #[serde(rename = "rateLimitPDB", skip_serializing_if = "Option::is_none")]
    pub rate_limit_pdb: Option<KubernetesPodDisruptionBudgetSpec>,
    /// Sets shutdown manager.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shutdown_manager: Option<ShutdownManager>,
    /// Sets watch.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub watch: Option<KubernetesWatchMode>,
}

/// The `EnvoyGatewayKubernetesCustomProvider` part of the API.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct EnvoyGatewayKubernetesCustomProvider {
    /// Sets cache sync period.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cache_sync_period: Option<Duration>,
    /// Sets client.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client: Option<KubernetesClient>,
    /// Sets leader election.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub leader_election: Option<LeaderElection>,
    /// Sets watch.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub watch: Option<KubernetesWatchMode>,
}

/// The `KubernetesClient` part of the API.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct KubernetesClient {
    /// Sets rate limit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rate_limit: Option<KubernetesClientRateLimit>,
}

/// The `KubernetesClientRateLimit` part of the API.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct KubernetesClientRateLimit {
    /// Sets burst. Defaults to `100`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub burst: Option<i32>,
    /// Sets qps. Defaults to `50`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub qps: Option<i32>,
}

/// The `LeaderElection` part of the API.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct LeaderElection {
    /// Sets disable.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub disable: Option<bool>,
    /// Sets lease duration.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lease_duration: Option<Duration>,
    /// Sets renew deadline.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub renew_deadline: Option<Duration>,
    /// Sets retry period.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry_period: Option<Duration>,
}

/// The `KubernetesWatchMode` part of the API.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct KubernetesWatchMode {
    /// Sets namespace selector.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub namespace_selector: Option<LabelSelector>,
    /// Sets namespaces.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub namespaces: Vec<String>,
    /// Sets type.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub r#type: Option<String>,
}

/// The `KubernetesDeployMode` part of the API.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct KubernetesDeployMode {
    /// Sets type. One of `ControllerNamespace` or `GatewayNamespace`. Defaults to
    /// `ControllerNamespace`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub r#type: Option<String>,
}

/// The `EnvoyGatewayTopologyInjector` part of the API.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct EnvoyGatewayTopologyInjector {
    /// Sets disabled.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub disabled: Option<bool>,
}

/// The `ShutdownManager` part of the API.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct ShutdownManager {
    /// Sets image.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image: Option<String>,
}
