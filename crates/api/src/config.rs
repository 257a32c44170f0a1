//! The configuration file of the control plane: `EnvoyGateway` and what it contains.
//!
//! Three steps lead from a file to a configuration that can be put to work:
//!
//! ```
//! use eg_api::config::EnvoyGateway;
//! use serde_json::json;
//!
//! let document = json!({
//!     "apiVersion": "gateway.envoyproxy.io/v1alpha1",
//!     "kind": "EnvoyGateway",
//!     "admin": { "address": { "port": 70000 } },
//! });
//! let config = EnvoyGateway::parse(document)?.defaulted();
//! assert_eq!(config.controller_name(), "gateway.envoyproxy.io/gatewayclass-controller");
//! let problems = config.validate();
//! assert_eq!(problems[0].to_string(), "admin.address.port: 70000 is not from 0 to 65535");
//! # Ok::<(), eg_api::config::ConfigError>(())
//! ```

use serde::{Deserialize, Serialize};

use crate::meta::{Duration, Quantity};
use crate::v1alpha1::EnvoyProxySpec;

mod admin;
mod defaults;
mod extension;
mod kubernetes;
mod logging;
mod parse;
mod provider;
mod rate_limit;
mod telemetry;
mod validate;

pub use admin::*;
pub use defaults::*;
pub use extension::*;
pub use kubernetes::*;
pub use logging::*;
pub use parse::ConfigError;
pub use provider::*;
pub use rate_limit::*;
pub use telemetry::*;
pub use validate::Problem;

/// The configuration of the control plane.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct EnvoyGateway {
    /// The admin server.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub admin: Option<EnvoyGatewayAdmin>,
    /// Base for all proxy fleets, over which class and Gateway put their own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub envoy_proxy: Option<Box<EnvoyProxySpec>>,
    /// Which optional parts of the API are on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub extension_apis: Option<ExtensionApiSettings>,
    /// One extension server; not together with `extensionManagers`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub extension_manager: Option<ExtensionManager>,
    /// Extension servers, called one after the other.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub extension_managers: Vec<ExtensionManager>,
    /// The controller's part of the Gateway API.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gateway: Option<Gateway>,
    /// Which experimental kinds of the Gateway API are read.
    #[serde(rename = "gatewayAPI", skip_serializing_if = "Option::is_none")]
    pub gateway_api: Option<GatewayApiSettings>,
    /// Logs of the control plane. Defaults to `{"default": "info"}`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub logging: Option<EnvoyGatewayLogging>,
    /// Where configuration comes from, and what runs the proxies.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub provider: Option<EnvoyGatewayProvider>,
    /// The rate-limit service; global rate limits are off when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rate_limit: Option<RateLimit>,
    /// Switches for changed behaviour.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub runtime_flags: Option<RuntimeFlags>,
    /// Metrics and traces of the control plane.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub telemetry: Option<EnvoyGatewayTelemetry>,
    /// The server that the proxies connect to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub xds_server: Option<XdsServer>,
}

/// The controller's part of the Gateway API.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Gateway {
    /// Name of the controller; GatewayClasses with this name are served.
    /// `gateway.envoyproxy.io/gatewayclass-controller` when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub controller_name: Option<String>,
}

/// Which experimental kinds of the Gateway API are read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct GatewayApiSettings {
    /// Names of the kinds. Only `XBackendTrafficPolicy` is known.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub enabled: Vec<String>,
}

/// Which optional parts of the API are on. What is off is off because it lets authors of objects do
/// much.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct ExtensionApiSettings {
    /// Whether Lua scripts are refused. Deprecated: use `enableLua`; the two must not agree.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub disable_lua: Option<bool>,
    /// Whether Backends are read; `false` when unset.
    pub enable_backend: bool,
    /// Whether EnvoyPatchPolicies are applied; `false` when unset.
    pub enable_envoy_patch_policy: bool,
    /// Whether Lua scripts are accepted; `false` when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub enable_lua: Option<bool>,
    /// Whether Secrets may name a secret server instead of holding the secret; `false` when unset.
    #[serde(rename = "enableSDSSecretRef")]
    pub enable_sds_secret_ref: bool,
}

/// Switches for changed behaviour. What is in both lists is off.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct RuntimeFlags {
    /// Flags that are off. `EndpointSliceIndex` is on when in neither list, the others off. Each is one of
    /// `XDSNameSchemeV2`, `EndpointSliceIndex`, `PerResourceSystemCASecret` or `DetectMisdirectedRequests`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub disabled: Vec<String>,
    /// Flags that are on. Each is one of `XDSNameSchemeV2`, `EndpointSliceIndex`, `PerResourceSystemCASecret` or
    /// `DetectMisdirectedRequests`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub enabled: Vec<String>,
}

/// The server that the proxies connect to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct XdsServer {
    /// Age at which proxies are asked to connect anew; 10h, 11h or 12h by chance when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_connection_age: Option<Duration>,
    /// Time that a proxy then has before it is cut off; 2m when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_connection_age_grace: Option<Duration>,
    /// Size of a request at most, in bytes; 32Mi when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_receive_message_size: Option<Quantity>,
}
