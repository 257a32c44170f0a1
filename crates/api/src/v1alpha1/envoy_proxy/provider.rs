//! What runs the proxies.

use serde::{Deserialize, Serialize};

#[cfg(feature = "schema")]
use crate::schema::cel;
#[cfg(feature = "schema")]
use crate::v1alpha1::rules;
use crate::v1alpha1::{
    KubernetesDaemonSetSpec, KubernetesDeploymentSpec, KubernetesHorizontalPodAutoscalerSpec,
    KubernetesPodDisruptionBudgetSpec, KubernetesServiceAccountSpec, KubernetesServiceSpec,
};

/// What runs the proxies.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
pub struct EnvoyProxyProvider {
    /// Settings for `Host`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub host: Option<EnvoyProxyHostProvider>,
    /// Settings for `Kubernetes`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kubernetes: Option<EnvoyProxyKubernetesProvider>,
    /// The platform. One of `Kubernetes` or `Host`.
    #[cfg_attr(feature = "schema", schemars(extend("enum" = ["Kubernetes", "Host"])))]
    pub r#type: String,
}

/// Proxies as processes of the same machine.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
pub struct EnvoyProxyHostProvider {
    /// Version of Envoy; the one this build was made for when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub envoy_version: Option<String>,
}

/// Proxies as pods: of a Deployment, or of a DaemonSet.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
#[cfg_attr(feature = "schema", schemars(transform = cel(rules::ENVOY_PROXY_KUBERNETES_PROVIDER)))]
pub struct EnvoyProxyKubernetesProvider {
    /// The DaemonSet, which is used when this is set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub envoy_daemon_set: Option<KubernetesDaemonSetSpec>,
    /// The Deployment.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub envoy_deployment: Option<KubernetesDeploymentSpec>,
    /// The HorizontalPodAutoscaler; none when unset. Not for DaemonSets.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub envoy_hpa: Option<KubernetesHorizontalPodAutoscalerSpec>,
    /// The PodDisruptionBudget; none when unset.
    #[serde(rename = "envoyPDB", skip_serializing_if = "Option::is_none")]
    pub envoy_pdb: Option<KubernetesPodDisruptionBudgetSpec>,
    /// The Service.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub envoy_service: Option<KubernetesServiceSpec>,
    /// The ServiceAccount.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub envoy_service_account: Option<KubernetesServiceAccountSpec>,
    /// Whether pods listen on the ports of the listeners, where ports below 1024 otherwise are
    /// moved up; `false` when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub use_listener_port_as_container_port: Option<bool>,
}
