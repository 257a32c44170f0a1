//! EnvoyProxy: how proxies are set up and run.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::gateway::{ParentReference, SecretObjectReference};
use crate::meta::{Condition, Duration, LabelSelector, ObjectMeta};
#[cfg(feature = "schema")]
use crate::schema::{cel, list_map};
use crate::v1alpha1::TlsSettings;
#[cfg(feature = "schema")]
use crate::v1alpha1::{format, rules};

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

/// How a fleet of proxies is set up and run. A GatewayClass or a Gateway refers to it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
pub struct EnvoyProxy {
    /// Name, namespace and bookkeeping of the object.
    pub metadata: ObjectMeta,
    /// What the user asks for.
    pub spec: EnvoyProxySpec,
    /// What the controller reports.
    pub status: EnvoyProxyStatus,
}

/// What the user asks for in an EnvoyProxy, and the base for all fleets in the EnvoyGateway file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
#[cfg_attr(feature = "schema", schemars(transform = cel(rules::ENVOY_PROXY_SPEC)))]
pub struct EnvoyProxySpec {
    /// Defaults for TLS towards all backends.
    #[serde(rename = "backendTLS", skip_serializing_if = "Option::is_none")]
    pub backend_tls: Option<BackendTlsConfig>,
    /// Changes the configuration that Envoy starts with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bootstrap: Option<ProxyBootstrap>,
    /// Worker threads of each proxy; one per processor when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub concurrency: Option<i32>,
    /// Modules that policies may load into Envoy; none when empty.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "schema", schemars(length(max = 16), transform = list_map("name")))]
    pub dynamic_modules: Vec<DynamicModuleEntry>,
    /// Further arguments of Envoy's command line.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub extra_args: Vec<String>,
    /// Changes the order of the HTTP filters, one move after the other.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub filter_order: Vec<FilterPosition>,
    /// Databases that tell where addresses belong to; needed for conditions on places.
    #[serde(rename = "geoIP", skip_serializing_if = "Option::is_none")]
    pub geo_ip: Option<EnvoyProxyGeoIp>,
    /// Families of addresses that the proxies listen on and their Service has; `IPv4` when unset.
    /// One of `IPv4`, `IPv6` or `DualStack`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(extend("enum" = ["IPv4", "IPv6", "DualStack"])))]
    pub ip_family: Option<String>,
    /// What Envoy logs. Defaults to `{"level": {"default": "warn"}}`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(extend("x-default" = {"level": {"default": "warn"}})))]
    pub logging: Option<ProxyLogging>,
    /// How Lua scripts are checked before Envoy gets them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lua: Option<LuaValidationConfig>,
    /// How Lua scripts are checked. Deprecated: use `lua`. One of `Strict`, `InsecureSyntax` or
    /// `Disabled`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(extend("enum" = ["Strict", "InsecureSyntax", "Disabled"])))]
    pub lua_validation: Option<String>,
    /// Lets routes with the same backend share one cluster. Experimental; not together with
    /// `mergeGateways`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub merge_backends: Option<MergeBackendsConfig>,
    /// Whether all Gateways of the class share one fleet; `false` when unset. It has no effect in
    /// the EnvoyProxy of a Gateway.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub merge_gateways: Option<bool>,
    /// How this is merged over the next level (Gateway over class over EnvoyGateway file), which it
    /// replaces when unset. One of `Replace`, `StrategicMerge` or `JSONMerge`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(extend("enum" = ["Replace", "StrategicMerge", "JSONMerge"])))]
    pub merge_type: Option<String>,
    /// Whether routes are tried as they are written, instead of the most specific first; `false`
    /// when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub preserve_route_order: Option<bool>,
    /// What runs the proxies; Kubernetes when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub provider: Option<EnvoyProxyProvider>,
    /// Whether traffic goes to the address of the Service or to its endpoints: `Service` or
    /// `Endpoint`; `Endpoint` when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub routing_type: Option<String>,
    /// How proxies go.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shutdown: Option<ShutdownConfig>,
    /// Access logs, metrics, traces and health logs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub telemetry: Option<ProxyTelemetry>,
}

/// Defaults for TLS towards all backends.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
#[cfg_attr(feature = "schema", schemars(transform = cel(rules::BACKEND_TLS_CONFIG)))]
pub struct BackendTlsConfig {
    /// Protocol versions, ciphers and application protocols.
    #[serde(flatten)]
    pub tls: TlsSettings,
    /// Secret with the certificate that Envoy presents, in the namespace of the EnvoyProxy.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_certificate_ref: Option<SecretObjectReference>,
}

/// Moves one HTTP filter to before or after another.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
#[cfg_attr(feature = "schema", schemars(transform = cel(rules::FILTER_POSITION)))]
pub struct FilterPosition {
    /// Filter that it comes after.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(extend("enum" = ["envoy.filters.http.custom_response", "envoy.filters.http.health_check", "envoy.filters.http.fault", "envoy.filters.http.cors", "envoy.filters.http.csrf", "envoy.filters.http.header_mutation", "envoy.filters.http.ext_authz", "envoy.filters.http.api_key_auth", "envoy.filters.http.basic_auth", "envoy.filters.http.oauth2", "envoy.filters.http.jwt_authn", "envoy.filters.http.stateful_session", "envoy.filters.http.buffer", "envoy.filters.http.lua", "envoy.filters.http.ext_proc", "envoy.filters.http.wasm", "envoy.filters.http.dynamic_modules", "envoy.filters.http.geoip", "envoy.filters.http.rbac", "envoy.filters.http.local_ratelimit", "envoy.filters.http.ratelimit", "envoy.filters.http.bandwidth_limit", "envoy.filters.http.grpc_web", "envoy.filters.http.grpc_stats", "envoy.filters.http.credential_injector", "envoy.filters.http.compressor", "envoy.filters.http.dynamic_forward_proxy"])))]
    pub after: Option<String>,
    /// Filter that it comes before.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(extend("enum" = ["envoy.filters.http.custom_response", "envoy.filters.http.health_check", "envoy.filters.http.fault", "envoy.filters.http.cors", "envoy.filters.http.csrf", "envoy.filters.http.header_mutation", "envoy.filters.http.ext_authz", "envoy.filters.http.api_key_auth", "envoy.filters.http.basic_auth", "envoy.filters.http.oauth2", "envoy.filters.http.jwt_authn", "envoy.filters.http.stateful_session", "envoy.filters.http.buffer", "envoy.filters.http.lua", "envoy.filters.http.ext_proc", "envoy.filters.http.wasm", "envoy.filters.http.dynamic_modules", "envoy.filters.http.geoip", "envoy.filters.http.rbac", "envoy.filters.http.local_ratelimit", "envoy.filters.http.ratelimit", "envoy.filters.http.bandwidth_limit", "envoy.filters.http.grpc_web", "envoy.filters.http.grpc_stats", "envoy.filters.http.credential_injector", "envoy.filters.http.compressor", "envoy.filters.http.dynamic_forward_proxy"])))]
    pub before: Option<String>,
    /// Filter that is moved; `envoy.filters.http.router` always is the last.
    #[cfg_attr(feature = "schema", schemars(extend("enum" = ["envoy.filters.http.custom_response", "envoy.filters.http.health_check", "envoy.filters.http.fault", "envoy.filters.http.cors", "envoy.filters.http.csrf", "envoy.filters.http.header_mutation", "envoy.filters.http.ext_authz", "envoy.filters.http.api_key_auth", "envoy.filters.http.basic_auth", "envoy.filters.http.oauth2", "envoy.filters.http.jwt_authn", "envoy.filters.http.stateful_session", "envoy.filters.http.buffer", "envoy.filters.http.lua", "envoy.filters.http.ext_proc", "envoy.filters.http.wasm", "envoy.filters.http.dynamic_modules", "envoy.filters.http.geoip", "envoy.filters.http.rbac", "envoy.filters.http.local_ratelimit", "envoy.filters.http.ratelimit", "envoy.filters.http.bandwidth_limit", "envoy.filters.http.grpc_web", "envoy.filters.http.grpc_stats", "envoy.filters.http.credential_injector", "envoy.filters.http.compressor", "envoy.filters.http.dynamic_forward_proxy"])))]
    pub name: String,
}

/// What Envoy logs.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
pub struct ProxyLogging {
    /// Level of each component, `default` for the others. Each is one of `trace`, `debug`, `info`,
    /// `warn`, `error`, `off` or `critical`. Defaults to `{"default": "warn"}`.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    #[cfg_attr(feature = "schema", schemars(with = "BTreeMap<String, format::LogLevel>", extend("x-default" = {"default": "warn"})))]
    pub level: BTreeMap<String, String>,
}

/// Lets routes with the same backend share one cluster, which spares memory and connections.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
pub struct MergeBackendsConfig {
    /// Condition on the labels of backends that are merged; all are when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub selector: Option<LabelSelector>,
}

/// How proxies go.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
pub struct ShutdownConfig {
    /// Time that open connections are given at most; 60s when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub drain_timeout: Option<Duration>,
    /// Time between the first failed health check and the start of draining; 0s when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub health_check_failure_delay: Option<Duration>,
    /// Time that draining takes at least, so that load balancers notice; 10s when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min_drain_duration: Option<Duration>,
}

/// What the controller reports about an EnvoyProxy.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
pub struct EnvoyProxyStatus {
    /// What it reports for each GatewayClass and Gateway that uses the object.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub ancestors: Vec<EnvoyProxyAncestorStatus>,
}

/// What the controller reports for one GatewayClass or Gateway.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
pub struct EnvoyProxyAncestorStatus {
    /// The GatewayClass or Gateway.
    pub ancestor_ref: ParentReference,
    /// The conditions, by type; `Accepted` is one of them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "schema", schemars(transform = list_map("type")))]
    pub conditions: Vec<Condition>,
}
