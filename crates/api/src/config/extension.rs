//! Extension servers, which change what Envoy gets.

use serde::{Deserialize, Serialize};

use crate::gateway::{Fraction, SecretObjectReference};
use crate::meta::{Duration, Quantity};
use crate::v1alpha1::{FqdnEndpoint, IpEndpoint, UnixSocket};

/// An extension server, which sees and changes what Envoy gets.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct ExtensionManager {
    /// Kinds of objects that routes may name as backends.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub backend_resources: Vec<GroupVersionKind>,
    /// Whether what Envoy gets stays as it was when the server fails; otherwise the proxies keep
    /// what they had. `false` when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fail_open: Option<bool>,
    /// When the server is called.
    pub hooks: ExtensionHooks,
    /// Size of a message at most, in bytes; 4M when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_message_size: Option<Quantity>,
    /// Name of the server; needed, and unique, among several.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Kinds of objects that the server uses as policies.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub policy_resources: Vec<GroupVersionKind>,
    /// Kinds of objects that routes may name as filters.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub resources: Vec<GroupVersionKind>,
    /// Where the server is.
    pub service: ExtensionService,
}

/// A kind of objects.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct GroupVersionKind {
    /// API group.
    pub group: String,
    /// Name of the kind.
    pub kind: String,
    /// Version of the API group.
    pub version: String,
}

/// When an extension server is called.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct ExtensionHooks {
    /// Calls about what Envoy gets.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub xds_translator: Option<XdsTranslatorHooks>,
}

/// Calls about what Envoy gets; at least one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct XdsTranslatorHooks {
    /// Resources that the server gets when they are made. Each is one of `VirtualHost`, `Route`,
    /// `HTTPListener`, `Translation`, `Cluster` or `Endpoints`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub post: Vec<String>,
    /// Resources that the server would get before they are made; accepted, without effect. Each is
    /// one of `VirtualHost`, `Route`, `HTTPListener`, `Translation`, `Cluster` or `Endpoints`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub pre: Vec<String>,
    /// What the call `Translation` contains.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub translation: Option<TranslationConfig>,
}

/// What the call `Translation` contains.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct TranslationConfig {
    /// About clusters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cluster: Option<ClusterTranslationConfig>,
    /// About listeners.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub listener: Option<ListenerTranslationConfig>,
    /// About route tables.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub route: Option<RouteTranslationConfig>,
    /// About secrets.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secret: Option<SecretTranslationConfig>,
}

/// Clusters in the call `Translation`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct ClusterTranslationConfig {
    /// Whether all are sent; `true` when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub include_all: Option<bool>,
}

/// Listeners in the call `Translation`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct ListenerTranslationConfig {
    /// Whether all are sent; `false` when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub include_all: Option<bool>,
}

/// Route tables in the call `Translation`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct RouteTranslationConfig {
    /// Whether all are sent; `false` when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub include_all: Option<bool>,
}

/// Secrets in the call `Translation`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct SecretTranslationConfig {
    /// Whether all are sent; `true` when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub include_all: Option<bool>,
}

/// Where a server is: exactly one of host name, address and socket.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct ExtensionService {
    /// A host name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fqdn: Option<FqdnEndpoint>,
    /// Host name. Deprecated: use `fqdn`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub host: Option<String>,
    /// Name that the server's certificate must be for; that of the address when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hostname: Option<String>,
    /// An address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ip: Option<IpEndpoint>,
    /// Port. Deprecated: use `fqdn` or `ip`. Defaults to `80`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub port: Option<i32>,
    /// Which calls are tried again, and when.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry: Option<ExtensionServiceRetry>,
    /// TLS towards the server; none when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tls: Option<ExtensionTls>,
    /// A Unix domain socket.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unix: Option<UnixSocket>,
    /// Availability zone of the server; without effect.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub zone: Option<String>,
}

/// Which calls are tried again, and when.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct ExtensionServiceRetry {
    /// gRPC statuses that lead to a retry; `UNAVAILABLE` when empty.
    #[serde(rename = "RetryableStatusCodes", skip_serializing_if = "Vec::is_empty")]
    pub retryable_status_codes: Vec<String>,
    /// Factor between waiting times; 2 when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub backoff_multiplier: Option<Fraction>,
    /// First waiting time; 100ms when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub initial_backoff: Option<Duration>,
    /// Number of attempts; 4 when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_attempts: Option<i64>,
    /// Longest waiting time; 1s when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_backoff: Option<Duration>,
}

/// TLS towards a server.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct ExtensionTls {
    /// Secret or ConfigMap with the authorities that may have signed the server's certificate.
    pub certificate_ref: SecretObjectReference,
    /// Secret with the certificate that the control plane presents; none when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_certificate_ref: Option<SecretObjectReference>,
}
