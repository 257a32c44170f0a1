//! Where configuration comes from, and what runs the proxies.

use serde::{Deserialize, Serialize};

use crate::config::{EnvoyGatewayKubernetesCustomProvider, EnvoyGatewayKubernetesProvider, ExtensionService};

/// The `EnvoyGatewayProvider` part of the API.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct EnvoyGatewayProvider {
    /// Sets custom.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub custom: Option<EnvoyGatewayCustomProvider>,
    /// Sets kubernetes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kubernetes: Option<EnvoyGatewayKubernetesProvider>,
    /// Sets type. One of `Kubernetes` or `Custom`.
    pub r#type: String,
}

/// The `EnvoyGatewayCustomProvider` part of the API.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct EnvoyGatewayCustomProvider {
    /// Sets infrastructure.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub infrastructure: Option<EnvoyGatewayInfrastructureProvider>,
    /// Sets resource.
    pub resource: EnvoyGatewayResourceProvider,
}

/// The `EnvoyGatewayInfrastructureProvider` part of the API.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct EnvoyGatewayInfrastructureProvider {
    /// Sets host.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub host: Option<EnvoyGatewayHostInfrastructureProvider>,
    /// Sets remote.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remote: Option<EnvoyGatewayRemoteInfrastructureProvider>,
    /// Sets type. One of `Host` or `Remote`.
    pub r#type: String,
}

/// The `EnvoyGatewayHostInfrastructureProvider` part of the API.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct EnvoyGatewayHostInfrastructureProvider {
    /// Sets config home.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub config_home: Option<String>,
    /// Sets data home.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data_home: Option<String>,
    /// Sets runtime dir.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub runtime_dir: Option<String>,
    /// Sets state home.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state_home: Option<String>,
}

/// The `EnvoyGatewayRemoteInfrastructureProvider` part of the API.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct EnvoyGatewayRemoteInfrastructureProvider {
    /// Sets service.
    pub service: ExtensionService,
}

/// The `EnvoyGatewayResourceProvider` part of the API.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct EnvoyGatewayResourceProvider {
    /// Sets file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<EnvoyGatewayFileResourceProvider>,
    /// Sets kubernetes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kubernetes: Option<EnvoyGatewayKubernetesCustomProvider>,
    /// Sets type. One of `File` or `Kubernetes`.
    pub r#type: String,
}

/// The `EnvoyGatewayFileResourceProvider` part of the API.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct EnvoyGatewayFileResourceProvider {
    /// Sets paths.
    pub paths: Vec<String>,
}
