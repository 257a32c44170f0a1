//! TLSRoute, TCPRoute and UDPRoute: backends for streams of bytes and datagrams.

use serde::{Deserialize, Serialize};

#[cfg(feature = "schema")]
use super::rules;
use super::{BackendRef, ParentReference, RouteStatus};
use crate::meta::ObjectMeta;
#[cfg(feature = "schema")]
use crate::schema::{cel, fmt, list_atomic};

/// Where TLS connections go, by server name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", default)]
pub struct TlsRoute {
    /// Name, namespace and bookkeeping of the object.
    pub metadata: ObjectMeta,
    /// What the user asks for.
    pub spec: TlsRouteSpec,
    /// What the controllers report.
    pub status: RouteStatus,
}

/// What the user asks for in a TLSRoute.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", default)]
pub struct TlsRouteSpec {
    /// The Gateways, ListenerSets or Services that the route attaches to.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(
        feature = "schema",
        schemars(
            length(max = 32),
            transform = list_atomic,
            transform = cel(rules::PARENT_REFS),
        )
    )]
    pub parent_refs: Vec<ParentReference>,
    /// Whether the route also attaches to the default Gateways: `All` or `None`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(extend("enum" = ["All", "None"])))]
    pub use_default_gateways: Option<String>,
    /// Server names that connections must ask for, possibly with a wildcard label in front.
    #[cfg_attr(
        feature = "schema",
        schemars(
            with = "Vec<fmt::Hostname>",
            length(min = 1, max = 1024),
            transform = list_atomic,
            transform = cel(rules::TLS_HOSTNAMES),
        )
    )]
    pub hostnames: Vec<String>,
    /// The rule that says where connections go.
    #[cfg_attr(feature = "schema", schemars(length(min = 1, max = 1), transform = list_atomic))]
    pub rules: Vec<StreamRouteRule>,
}

/// Where TCP connections go.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", default)]
pub struct TcpRoute {
    /// Name, namespace and bookkeeping of the object.
    pub metadata: ObjectMeta,
    /// What the user asks for.
    pub spec: TcpRouteSpec,
    /// What the controllers report.
    pub status: RouteStatus,
}

/// What the user asks for in a TCPRoute.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", default)]
pub struct TcpRouteSpec {
    /// The Gateways, ListenerSets or Services that the route attaches to.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(
        feature = "schema",
        schemars(
            length(max = 32),
            transform = list_atomic,
            transform = cel(rules::PARENT_REFS),
        )
    )]
    pub parent_refs: Vec<ParentReference>,
    /// Whether the route also attaches to the default Gateways: `All` or `None`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(extend("enum" = ["All", "None"])))]
    pub use_default_gateways: Option<String>,
    /// The rule that says where connections go.
    #[cfg_attr(feature = "schema", schemars(length(min = 1, max = 1), transform = list_atomic))]
    pub rules: Vec<StreamRouteRule>,
}

/// Where UDP datagrams go.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", default)]
pub struct UdpRoute {
    /// Name, namespace and bookkeeping of the object.
    pub metadata: ObjectMeta,
    /// What the user asks for.
    pub spec: UdpRouteSpec,
    /// What the controllers report.
    pub status: RouteStatus,
}

/// What the user asks for in a UDPRoute.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", default)]
pub struct UdpRouteSpec {
    /// The Gateways, ListenerSets or Services that the route attaches to.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(
        feature = "schema",
        schemars(
            length(max = 32),
            transform = list_atomic,
            transform = cel(rules::PARENT_REFS),
        )
    )]
    pub parent_refs: Vec<ParentReference>,
    /// Whether the route also attaches to the default Gateways: `All` or `None`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(extend("enum" = ["All", "None"])))]
    pub use_default_gateways: Option<String>,
    /// The rule that says where datagrams go.
    #[cfg_attr(feature = "schema", schemars(length(min = 1, max = 1), transform = list_atomic))]
    pub rules: Vec<StreamRouteRule>,
}

/// Where the traffic of a TLSRoute, TCPRoute or UDPRoute goes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", default)]
pub struct StreamRouteRule {
    /// Name of the rule, unique in the route; policies refer to it as section name.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "fmt::PreciseHostname"))]
    pub name: Option<String>,
    /// The backends.
    #[cfg_attr(feature = "schema", schemars(length(min = 1, max = 16), transform = list_atomic))]
    pub backend_refs: Vec<BackendRef>,
}
