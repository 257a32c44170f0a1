//! Where configuration comes from, and what runs the proxies.

use serde::{Deserialize, Serialize};

use crate::config::{EnvoyGatewayKubernetesCustomProvider, EnvoyGatewayKubernetesProvider, ExtensionService};

/// Where configuration comes from, and what runs the proxies.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct EnvoyGatewayProvider {
    /// Settings for `Custom`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub custom: Option<EnvoyGatewayCustomProvider>,
    /// Settings for `Kubernetes`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kubernetes: Option<EnvoyGatewayKubernetesProvider>,
    /// Whether both is Kubernetes, or each is chosen. One of `Kubernetes` or `Custom`.
    pub r#type: String,
}

/// Where configuration comes from, and what runs the proxies, each chosen.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct EnvoyGatewayCustomProvider {
    /// What runs the proxies; no one does when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub infrastructure: Option<EnvoyGatewayInfrastructureProvider>,
    /// Where configuration comes from.
    pub resource: EnvoyGatewayResourceProvider,
}

/// What runs the proxies.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct EnvoyGatewayInfrastructureProvider {
    /// Settings for `Host`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub host: Option<EnvoyGatewayHostInfrastructureProvider>,
    /// Settings for `Remote`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remote: Option<EnvoyGatewayRemoteInfrastructureProvider>,
    /// Whether they are processes of the same machine, or a server runs them. One of `Host` or
    /// `Remote`.
    pub r#type: String,
}

/// Proxies as processes of the same machine.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct EnvoyGatewayHostInfrastructureProvider {
    /// Directory for certificates; `~/.config/envoy-gateway` when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub config_home: Option<String>,
    /// Directory for Envoy's binaries; `~/.local/share/envoy-gateway` when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data_home: Option<String>,
    /// Directory for sockets and process files; `/tmp/envoy-gateway-<user id>` when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub runtime_dir: Option<String>,
    /// Directory for logs; `~/.local/state/envoy-gateway` when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state_home: Option<String>,
}

/// A server that runs the proxies.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct EnvoyGatewayRemoteInfrastructureProvider {
    /// Where the server is.
    pub service: ExtensionService,
}

/// Where configuration comes from.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct EnvoyGatewayResourceProvider {
    /// Settings for `File`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<EnvoyGatewayFileResourceProvider>,
    /// Settings for `Kubernetes`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kubernetes: Option<EnvoyGatewayKubernetesCustomProvider>,
    /// The source. One of `File` or `Kubernetes`.
    pub r#type: String,
}

/// Configuration from files.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct EnvoyGatewayFileResourceProvider {
    /// Files, and directories whose files are read.
    pub paths: Vec<String>,
}
