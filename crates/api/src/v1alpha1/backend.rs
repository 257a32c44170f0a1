//! Backend: destinations that are not Kubernetes Services.

use serde::{Deserialize, Serialize};

use crate::gateway::{LocalObjectReference, SecretObjectReference};
use crate::meta::{Condition, ObjectMeta};
#[cfg(feature = "schema")]
use crate::schema::{cel, fmt, list_map};
use crate::v1alpha1::TlsSettings;
#[cfg(feature = "schema")]
use crate::v1alpha1::{format, rules};

/// A destination for traffic that is not a Kubernetes Service: host names, addresses, Unix sockets,
/// or any host the client asks for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
pub struct Backend {
    /// Name, namespace and bookkeeping of the object.
    pub metadata: ObjectMeta,
    /// What the user asks for.
    pub spec: BackendSpec,
    /// What the controller reports.
    pub status: BackendStatus,
}

/// What the user asks for in a Backend.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
#[cfg_attr(feature = "schema", schemars(transform = cel(rules::BACKEND_SPEC)))]
pub struct BackendSpec {
    /// Application protocols that every endpoint speaks. Each is one of
    /// `gateway.envoyproxy.io/h2c`, `gateway.envoyproxy.io/ws` or `gateway.envoyproxy.io/wss`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "schema", schemars(with = "Vec<format::AppProtocol>"))]
    pub app_protocols: Vec<String>,
    /// Where the traffic goes. Host names do not mix with addresses and sockets, and
    /// `DynamicResolver` takes none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "schema", schemars(length(min = 1, max = 256), transform = cel(rules::BACKEND_SPEC_ENDPOINTS)))]
    pub endpoints: Vec<BackendEndpoint>,
    /// Whether the endpoints only get traffic while the other backends of the route are unhealthy;
    /// `false` when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fallback: Option<bool>,
    /// How Envoy speaks TLS to the endpoints. A BackendTLSPolicy goes before what it also sets.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tls: Option<BackendTlsSettings>,
    /// How the endpoints are found: from the list, or by resolving the host of each request. One of
    /// `Endpoints` or `DynamicResolver`. Defaults to `Endpoints`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(extend("enum" = ["Endpoints", "DynamicResolver"], "x-default" = "Endpoints")))]
    pub r#type: Option<String>,
}

/// One endpoint of a Backend: exactly one of host name, address and socket.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
#[cfg_attr(feature = "schema", schemars(transform = cel(rules::BACKEND_ENDPOINT)))]
pub struct BackendEndpoint {
    /// A host name that Envoy resolves.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fqdn: Option<FqdnEndpoint>,
    /// Name sent as `Host` by active health checks and, where asked for, as server name in TLS.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "fmt::PreciseHostname"))]
    pub hostname: Option<String>,
    /// A fixed address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ip: Option<IpEndpoint>,
    /// A Unix domain socket on the proxy's machine.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unix: Option<UnixSocket>,
    /// Availability zone of the endpoint, for routing within zones.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub zone: Option<String>,
}

/// A host name and a port.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
pub struct FqdnEndpoint {
    /// The fully qualified name, possibly with a dot at the end.
    #[cfg_attr(
        feature = "schema",
        schemars(
            length(min = 1, max = 253),
            regex(pattern = r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\.?$")
        )
    )]
    pub hostname: String,
    /// The port.
    #[cfg_attr(feature = "schema", schemars(range(min = 0, max = 65535)))]
    pub port: i32,
}

/// An address and a port.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
pub struct IpEndpoint {
    /// The IPv4 or IPv6 address.
    #[cfg_attr(
        feature = "schema",
        schemars(
            length(min = 3, max = 45),
            regex(
                pattern = r"^((25[0-5]|2[0-4][0-9]|[01]?[0-9][0-9]?)\.){3}(25[0-5]|2[0-4][0-9]|[01]?[0-9][0-9]?)$|^(([0-9a-fA-F]{1,4}:){1,7}[0-9a-fA-F]{1,4}|::|(([0-9a-fA-F]{1,4}:){0,5})?(:[0-9a-fA-F]{1,4}){1,2})$"
            )
        )
    )]
    pub address: String,
    /// The port.
    #[cfg_attr(feature = "schema", schemars(range(min = 0, max = 65535)))]
    pub port: i32,
}

/// A Unix domain socket.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
pub struct UnixSocket {
    /// Path of the socket; at most 108 bytes.
    #[cfg_attr(feature = "schema", schemars(transform = cel(rules::UNIX_SOCKET_PATH)))]
    pub path: String,
}

/// How Envoy speaks TLS to the endpoints of a Backend.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
#[cfg_attr(feature = "schema", schemars(transform = cel(rules::BACKEND_TLS_SETTINGS)))]
pub struct BackendTlsSettings {
    /// Protocol versions, ciphers and application protocols.
    #[serde(flatten)]
    pub tls: TlsSettings,
    /// Whether the server name is the host name of the endpoint that was chosen; `false` when
    /// unset.
    #[serde(rename = "autoSNIFromEndpointHostname", skip_serializing_if = "Option::is_none")]
    pub auto_sni_from_endpoint_hostname: Option<bool>,
    /// ConfigMaps, Secrets or ClusterTrustBundles with the authorities that may have signed the
    /// certificate, in key `ca.crt`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "schema", schemars(length(max = 8)))]
    pub ca_certificate_refs: Vec<LocalObjectReference>,
    /// Secret with the certificate that Envoy presents.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_certificate_ref: Option<SecretObjectReference>,
    /// Whether the certificate is accepted unchecked. Meant for tests only. Defaults to `false`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(extend("x-default" = false)))]
    pub insecure_skip_verify: Option<bool>,
    /// Server name that Envoy asks for; the host of the request when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "fmt::PreciseHostname"))]
    pub sni: Option<String>,
    /// Well-known authorities in place of references, `System` for those of the proxy's image.
    #[serde(rename = "wellKnownCACertificates", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "fmt::WellKnownCaCertificates"))]
    pub well_known_ca_certificates: Option<String>,
}

/// What the controller reports about a Backend.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
pub struct BackendStatus {
    /// The conditions, by type; `Accepted` is one of them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "schema", schemars(length(max = 8), transform = list_map("type")))]
    pub conditions: Vec<Condition>,
}
