//! EnvoyProxy: how proxies are set up and run.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::gateway::{ParentReference, SecretObjectReference};
use crate::meta::{Condition, Duration, LabelSelector, ObjectMeta};
use crate::v1alpha1::TlsSettings;

mod access_log;
mod bootstrap;
mod dynamic_module;
mod geo_ip;
mod kubernetes;
mod lua;
mod metrics;
mod provider;
mod telemetry;
mod tracing;

pub use access_log::*;
pub use bootstrap::*;
pub use dynamic_module::*;
pub use geo_ip::*;
pub use kubernetes::*;
pub use lua::*;
pub use metrics::*;
pub use provider::*;
pub use telemetry::*;
pub use tracing::*;

/// The `EnvoyProxy` part of the API.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct EnvoyProxy {
    /// Sets metadata.
    pub metadata: ObjectMeta,
    /// Sets spec.
    pub spec: EnvoyProxySpec,
    /// Sets status.
    pub status: EnvoyProxyStatus,
}

/// The `EnvoyProxySpec` part of the API.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct EnvoyProxySpec {
    /// Sets backend tls.
    #[serde(rename = "backendTLS", skip_serializing_if = "Option::is_none")]
    pub backend_tls: Option<BackendTlsConfig>,
    /// Sets bootstrap.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bootstrap: Option<ProxyBootstrap>,
    /// Sets concurrency.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub concurrency: Option<i32>,
    /// Sets dynamic modules.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub dynamic_modules: Vec<DynamicModuleEntry>,
    /// Sets extra args.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub extra_args: Vec<String>,
    /// Sets filter order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub filter_order: Vec<FilterPosition>,
    /// Sets geo ip.
    #[serde(rename = "geoIP", skip_serializing_if = "Option::is_none")]
    pub geo_ip: Option<EnvoyProxyGeoIp>,
    /// Sets ip family. One of `IPv4`, `IPv6` or `DualStack`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ip_family: Option<String>,
    /// Sets logging. Defaults to `{"level": {"default": "warn"}}`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub logging: Option<ProxyLogging>,
    /// Sets lua.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lua: Option<LuaValidationConfig>,
    /// Sets lua validation. One of `Strict`, `InsecureSyntax` or `Disabled`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lua_validation: Option<String>,
    /// Sets merge backends.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub merge_backends: Option<MergeBackendsConfig>,
    /// Sets merge gateways.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub merge_gateways: Option<bool>,
    /// Sets merge type. One of `Replace`, `StrategicMerge` or `JSONMerge`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub merge_type: Option<String>,
    /// Sets preserve route order.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub preserve_route_order: Option<bool>,
    /// Sets provider.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub provider: Option<EnvoyProxyProvider>,
    /// Sets routing type.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub routing_type: Option<String>,
    /// Sets shutdown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shutdown: Option<ShutdownConfig>,
    /// Sets telemetry.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub telemetry: Option<ProxyTelemetry>,
}

/// The `BackendTLSConfig` part of the API.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct BackendTlsConfig {
    /// Protocol versions, ciphers and application protocols.
    #[serde(flatten)]
    pub tls: TlsSettings,
    /// Sets client certificate ref.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_certificate_ref: Option<SecretObjectReference>,
}

/// The `FilterPosition` part of the API.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct FilterPosition {
    /// Sets after.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
    /// Sets before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<String>,
    /// Sets name.
    pub name: String,
}

/// The `ProxyLogging` part of the API.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct ProxyLogging {
    /// Sets level. Each is one of `trace`, `debug`, `info`, `warn`, `error`, `off` or `critical`.
    /// Defaults to `{"default": "warn"}`.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub level: BTreeMap<String, String>,
}

/// The `MergeBackendsConfig` part of the API.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct MergeBackendsConfig {
    /// Sets selector.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub selector: Option<LabelSelector>,
}

/// The `ShutdownConfig` part of the API.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct ShutdownConfig {
    /// Sets drain timeout.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub drain_timeout: Option<Duration>,
    /// Sets health check failure delay.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub health_check_failure_delay: Option<Duration>,
    /// Sets min drain duration.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min_drain_duration: Option<Duration>,
}

/// The `EnvoyProxyStatus` part of the API.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct EnvoyProxyStatus {
    /// Sets ancestors.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub ancestors: Vec<EnvoyProxyAncestorStatus>,
}

/// The `EnvoyProxyAncestorStatus` part of the API.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct EnvoyProxyAncestorStatus {
    /// Sets ancestor ref.
    pub ancestor_ref: ParentReference,
    /// Sets conditions.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub conditions: Vec<Condition>,
}
