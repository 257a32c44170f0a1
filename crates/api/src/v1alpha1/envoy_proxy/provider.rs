//! What runs the proxies.

use serde::{Deserialize, Serialize};

use crate::v1alpha1::{
    KubernetesDaemonSetSpec, KubernetesDeploymentSpec, KubernetesHorizontalPodAutoscalerSpec,
    KubernetesPodDisruptionBudgetSpec, KubernetesServiceAccountSpec, KubernetesServiceSpec,
};

/// The `EnvoyProxyProvider` part of the API.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct EnvoyProxyProvider {
    /// Sets host.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub host: Option<EnvoyProxyHostProvider>,
    /// Sets kubernetes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kubernetes: Option<EnvoyProxyKubernetesProvider>,
    /// Sets type. One of `Kubernetes` or `Host`.
    pub r#type: String,
}

/// The `EnvoyProxyHostProvider` part of the API.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct EnvoyProxyHostProvider {
    /// Sets envoy version.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub envoy_version: Option<String>,
}

/// The `EnvoyProxyKubernetesProvider` part of the API.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct EnvoyProxyKubernetesProvider {
    /// Sets envoy daemon set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub envoy_daemon_set: Option<KubernetesDaemonSetSpec>,
    /// Sets envoy deployment.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub envoy_deployment: Option<KubernetesDeploymentSpec>,
    /// Sets envoy hpa.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub envoy_hpa: Option<KubernetesHorizontalPodAutoscalerSpec>,
    /// Sets envoy pdb.
    #[serde(rename = "envoyPDB", skip_serializing_if = "Option::is_none")]
    pub envoy_pdb: Option<KubernetesPodDisruptionBudgetSpec>,
    /// Sets envoy service.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub envoy_service: Option<KubernetesServiceSpec>,
    /// Sets envoy service account.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub envoy_service_account: Option<KubernetesServiceAccountSpec>,
    /// Sets use listener port as container port.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub use_listener_port_as_container_port: Option<bool>,
}
