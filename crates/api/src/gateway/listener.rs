//! Listeners of Gateways and ListenerSets.

use serde::{Deserialize, Serialize};

use super::{FromNamespaces, ListenerTlsConfig};
use crate::meta::{Condition, LabelSelector};
#[cfg(feature = "schema")]
use crate::schema::{fmt, list_atomic, list_map};

/// A port, protocol and hostname where traffic is accepted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", default)]
pub struct Listener {
    /// Name of the listener, unique in its object; routes refer to it as section name.
    #[cfg_attr(feature = "schema", schemars(with = "fmt::PreciseHostname"))]
    pub name: String,
    /// Hostname that requests must be for, possibly with a wildcard label in front; any when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "fmt::Hostname"))]
    pub hostname: Option<String>,
    /// Port number, as clients see it.
    #[cfg_attr(feature = "schema", schemars(with = "fmt::PortNumber"))]
    pub port: i32,
    /// Protocol that is spoken on the port.
    #[cfg_attr(feature = "schema", schemars(with = "fmt::ProtocolType"))]
    pub protocol: ProtocolType,
    /// TLS settings, for HTTPS and TLS.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tls: Option<ListenerTlsConfig>,
    /// Which routes may attach; those of the same namespace when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(extend("x-default" = {"namespaces": {"from": "Same"}})))]
    pub allowed_routes: Option<AllowedRoutes>,
}

/// Which routes may attach to a listener.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", default)]
pub struct AllowedRoutes {
    /// Namespaces of the routes; the listener's own when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(extend("x-default" = {"from": "Same"})))]
    pub namespaces: Option<RouteNamespaces>,
    /// Kinds of the routes; those that fit the protocol when empty.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "schema", schemars(length(max = 8), transform = list_atomic))]
    pub kinds: Vec<RouteGroupKind>,
}

/// Namespaces whose routes may attach.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", default)]
pub struct RouteNamespaces {
    /// How the namespaces are chosen; `Same` when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(
        feature = "schema",
        schemars(
            extend("enum" = ["All", "Selector", "Same"], "x-default" = "Same"),
        )
    )]
    pub from: Option<FromNamespaces>,
    /// Labels of the namespaces, for `Selector`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub selector: Option<LabelSelector>,
}

/// A kind of route.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", default)]
pub struct RouteGroupKind {
    /// API group; the Gateway API group when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(
        feature = "schema",
        schemars(
            with = "fmt::Group",
            extend("x-default" = "gateway.networking.k8s.io"),
        )
    )]
    pub group: Option<String>,
    /// The kind.
    #[cfg_attr(feature = "schema", schemars(with = "fmt::Kind"))]
    pub kind: String,
}

/// What the controller reports about one listener.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", default)]
pub struct ListenerStatus {
    /// Name of the listener.
    #[cfg_attr(feature = "schema", schemars(with = "fmt::PreciseHostname"))]
    pub name: String,
    /// Kinds of routes that can attach to it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "schema", schemars(length(max = 8), transform = list_atomic))]
    pub supported_kinds: Vec<RouteGroupKind>,
    /// Number of routes that attached to it.
    pub attached_routes: i32,
    /// The conditions, by type; `Accepted`, `Programmed`, `ResolvedRefs`, `Conflicted`.
    #[cfg_attr(feature = "schema", schemars(length(max = 8), transform = list_map("type")))]
    pub conditions: Vec<Condition>,
}

open_enum! {
    /// Protocols of listeners; implementations may add domain-prefixed ones.
    ProtocolType {
        /// HTTP in the clear.
        Http = "HTTP",
        /// HTTP over TLS.
        Https = "HTTPS",
        /// TLS.
        Tls = "TLS",
        /// TCP.
        Tcp = "TCP",
        /// UDP.
        Udp = "UDP",
    }
}
