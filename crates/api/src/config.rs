//! The configuration file of the control plane: `EnvoyGateway` and what it contains.

use serde::{Deserialize, Serialize};

use crate::meta::{Duration, Quantity};
use crate::v1alpha1::EnvoyProxySpec;

mod admin;
mod extension;
mod kubernetes;
mod logging;
mod provider;
mod rate_limit;
mod telemetry;

pub use admin::*;
pub use extension::*;
pub use kubernetes::*;
pub use logging::*;
pub use provider::*;
pub use rate_limit::*;
pub use telemetry::*;

/// The `EnvoyGateway` part of the API.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct EnvoyGateway {
    /// Sets admin.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub admin: Option<EnvoyGatewayAdmin>,
    /// Sets envoy proxy.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub envoy_proxy: Option<Box<EnvoyProxySpec>>,
    /// Sets extension apis.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub extension_apis: Option<ExtensionApiSettings>,
    /// Sets extension manager.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub extension_manager: Option<ExtensionManager>,
    /// Sets extension managers.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub extension_managers: Vec<ExtensionManager>,
    /// Sets gateway.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gateway: Option<Gateway>,
    /// Sets gateway api.
    #[serde(rename = "gatewayAPI", skip_serializing_if = "Option::is_none")]
    pub gateway_api: Option<GatewayApiSettings>,
    /// Sets logging. Defaults to `{"default": "info"}`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub logging: Option<EnvoyGatewayLogging>,
    /// Sets provider.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub provider: Option<EnvoyGatewayProvider>,
    /// Sets rate limit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rate_limit: Option<RateLimit>,
    /// Sets runtime flags.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub runtime_flags: Option<RuntimeFlags>,
    /// Sets telemetry.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub telemetry: Option<EnvoyGatewayTelemetry>,
    /// Sets xds server.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub xds_server: Option<XdsServer>,
}

/// The `Gateway` part of the API.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Gateway {
    /// Sets controller name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub controller_name: Option<String>,
}

/// The `GatewayAPISettings` part of the API.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct GatewayApiSettings {
    /// Sets enabled. Each is one of `XBackendTrafficPolicy` is known.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub enabled: Vec<String>,
}

/// The `ExtensionAPISettings` part of the API.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct ExtensionApiSettings {
    /// Sets disable lua.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub disable_lua: Option<bool>,
    /// Sets enable backend.
    pub enable_backend: bool,
    /// Sets enable envoy patch policy.
    pub enable_envoy_patch_policy: bool,
    /// Sets enable lua.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub enable_lua: Option<bool>,
    /// Sets enable sds secret ref.
    #[serde(rename = "enableSDSSecretRef")]
    pub enable_sds_secret_ref: bool,
}

/// The `RuntimeFlags` part of the API.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct RuntimeFlags {
    /// Sets disabled. Each is one of `XDSNameSchemeV2`, `EndpointSliceIndex` or
    /// `PerResourceSystemCASecret`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub disabled: Vec<String>,
    /// Sets enabled. Each is one of `XDSNameSchemeV2`, `EndpointSliceIndex` or
    /// `PerResourceSystemCASecret`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub enabled: Vec<String>,
}

/// The `XDSServer` part of the API.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct XdsServer {
    /// Sets max connection age.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_connection_age: Option<Duration>,
    /// Sets max connection age grace.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_connection_age_grace: Option<Duration>,
    /// Sets max receive message size.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_receive_message_size: Option<Quantity>,
}
