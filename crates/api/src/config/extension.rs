//! Extension servers, which change what Envoy gets.

use serde::{Deserialize, Serialize};

use crate::gateway::{Fraction, SecretObjectReference};
use crate::meta::{Duration, Quantity};
use crate::v1alpha1::{FqdnEndpoint, IpEndpoint, UnixSocket};

/// The `ExtensionManager` part of the API.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct ExtensionManager {
    /// Sets backend resources.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub backend_resources: Vec<GroupVersionKind>,
    /// Sets fail open.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fail_open: Option<bool>,
    /// Sets hooks.
    pub hooks: ExtensionHooks,
    /// Sets max message size.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_message_size: Option<Quantity>,
    /// Sets name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Sets policy resources.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub policy_resources: Vec<GroupVersionKind>,
    /// Sets resources.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub resources: Vec<GroupVersionKind>,
    /// Sets service.
    pub service: ExtensionService,
}

/// The `GroupVersionKind` part of the API.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct GroupVersionKind {
    /// Sets group.
    pub group: String,
    /// Sets kind.
    pub kind: String,
    /// Sets version.
    pub version: String,
}

/// The `ExtensionHooks` part of the API.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct ExtensionHooks {
    /// Sets xds translator.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub xds_translator: Option<XdsTranslatorHooks>,
}

/// The `XDSTranslatorHooks` part of the API.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct XdsTranslatorHooks {
    /// Sets post. Each is one of `VirtualHost`, `Route`, `HTTPListener`, `Translation`, `Cluster`
    /// or `Endpoints`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub post: Vec<String>,
    /// Sets pre. Each is one of `VirtualHost`, `Route`, `HTTPListener`, `Translation`, `Cluster` or
    /// `Endpoints`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub pre: Vec<String>,
    /// Sets translation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub translation: Option<TranslationConfig>,
}

/// The `TranslationConfig` part of the API.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct TranslationConfig {
    /// Sets cluster.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cluster: Option<ClusterTranslationConfig>,
    /// Sets listener.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub listener: Option<ListenerTranslationConfig>,
    /// Sets route.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub route: Option<RouteTranslationConfig>,
    /// Sets secret.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secret: Option<SecretTranslationConfig>,
}

/// The `ClusterTranslationConfig` part of the API.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct ClusterTranslationConfig {
    /// Sets include all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub include_all: Option<bool>,
}

/// The `ListenerTranslationConfig` part of the API.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct ListenerTranslationConfig {
    /// Sets include all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub include_all: Option<bool>,
}

/// The `RouteTranslationConfig` part of the API.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct RouteTranslationConfig {
    /// Sets include all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub include_all: Option<bool>,
}

/// The `SecretTranslationConfig` part of the API.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct SecretTranslationConfig {
    /// Sets include all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub include_all: Option<bool>,
}

/// The `ExtensionService` part of the API.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct ExtensionService {
    /// Sets fqdn.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fqdn: Option<FqdnEndpoint>,
    /// Sets host.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub host: Option<String>,
    /// Sets hostname.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hostname: Option<String>,
    /// Sets ip.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ip: Option<IpEndpoint>,
    /// Sets port. Defaults to `80`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub port: Option<i32>,
    /// Sets retry.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry: Option<ExtensionServiceRetry>,
    /// Sets tls.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tls: Option<ExtensionTls>,
    /// Sets unix.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unix: Option<UnixSocket>,
    /// Sets zone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub zone: Option<String>,
}

/// The `ExtensionServiceRetry` part of the API.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct ExtensionServiceRetry {
    /// Sets retryable status codes.
    #[serde(rename = "RetryableStatusCodes", skip_serializing_if = "Vec::is_empty")]
    pub retryable_status_codes: Vec<String>,
    /// Sets backoff multiplier.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub backoff_multiplier: Option<Fraction>,
    /// Sets initial backoff.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub initial_backoff: Option<Duration>,
    /// Sets max attempts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_attempts: Option<i64>,
    /// Sets max backoff.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_backoff: Option<Duration>,
}

/// The `ExtensionTLS` part of the API.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct ExtensionTls {
    /// Sets certificate ref.
    pub certificate_ref: SecretObjectReference,
    /// Sets client certificate ref.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_certificate_ref: Option<SecretObjectReference>,
}
