//! GRPCRoute: matches, filters and backends for gRPC calls.

use serde::{Deserialize, Serialize};

#[cfg(feature = "schema")]
use super::rules;
use super::{
    HttpHeaderFilter, HttpRequestMirrorFilter, LocalObjectReference, MatchType, ParentReference, RouteStatus,
    SessionPersistence,
};
use crate::meta::ObjectMeta;
#[cfg(feature = "schema")]
use crate::schema::{cel, fmt, list_atomic, list_map};

/// Where gRPC calls go.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", default)]
pub struct GrpcRoute {
    /// Name, namespace and bookkeeping of the object.
    pub metadata: ObjectMeta,
    /// What the user asks for.
    pub spec: GrpcRouteSpec,
    /// What the controllers report.
    pub status: RouteStatus,
}

/// What the user asks for in a GRPCRoute.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", default)]
pub struct GrpcRouteSpec {
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
    /// Hostnames that calls must be for, possibly with a wildcard label in front; those of the listener when
    /// empty.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(
        feature = "schema",
        schemars(
            with = "Vec<fmt::Hostname>",
            length(max = 16),
            transform = list_atomic,
        )
    )]
    pub hostnames: Vec<String>,
    /// The rules. The most specific match wins, whatever the order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(
        feature = "schema",
        schemars(
            length(max = 16),
            transform = list_atomic,
            transform = cel(rules::GRPC_RULES),
        )
    )]
    pub rules: Vec<GrpcRouteRule>,
}

/// Matches, and what happens with the calls that match.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", default)]
pub struct GrpcRouteRule {
    /// Name of the rule, unique in the route; policies refer to it as section name.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "fmt::PreciseHostname"))]
    pub name: Option<String>,
    /// Conditions one of which a call must meet; every call when empty.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "schema", schemars(length(max = 64), transform = list_atomic))]
    pub matches: Vec<GrpcRouteMatch>,
    /// What is done to the calls and responses.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(
        feature = "schema",
        schemars(
            length(max = 16),
            transform = list_atomic,
            transform = cel(rules::GRPC_FILTERS),
        )
    )]
    pub filters: Vec<GrpcRouteFilter>,
    /// Where matching calls go.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "schema", schemars(length(max = 16), transform = list_atomic))]
    pub backend_refs: Vec<GrpcBackendRef>,
    /// Keeps the calls of one session at one backend.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub session_persistence: Option<SessionPersistence>,
}

/// Conditions all of which a call must meet.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", default)]
pub struct GrpcRouteMatch {
    /// Condition on service and method; any when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub method: Option<GrpcMethodMatch>,
    /// Conditions on headers.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "schema", schemars(length(max = 16), transform = list_map("name")))]
    pub headers: Vec<GrpcHeaderMatch>,
}

/// Condition on the service and method of a call.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", default)]
#[cfg_attr(feature = "schema", schemars(transform = cel(rules::GRPC_METHOD_MATCH)))]
pub struct GrpcMethodMatch {
    /// How service and method are compared; exactly when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(extend("x-default" = "Exact")))]
    pub r#type: Option<MatchType>,
    /// What the service is compared with; any when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "fmt::HttpPathValue"))]
    pub service: Option<String>,
    /// What the method is compared with; any when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "fmt::HttpPathValue"))]
    pub method: Option<String>,
}

/// Condition on a header.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", default)]
pub struct GrpcHeaderMatch {
    /// How the value is compared; exactly when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(extend("x-default" = "Exact")))]
    pub r#type: Option<MatchType>,
    /// Name of the header; case does not matter.
    #[cfg_attr(feature = "schema", schemars(with = "fmt::HeaderName"))]
    pub name: String,
    /// What the value is compared with.
    #[cfg_attr(feature = "schema", schemars(length(min = 1, max = 4096)))]
    pub value: String,
}

/// One thing done to calls or responses. The type says which; its field holds the settings.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", default)]
#[cfg_attr(feature = "schema", schemars(transform = cel(rules::GRPC_FILTER)))]
pub struct GrpcRouteFilter {
    /// Which filter it is.
    pub r#type: GrpcRouteFilterType,
    /// Changes headers of the request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_header_modifier: Option<HttpHeaderFilter>,
    /// Changes headers of the response.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub response_header_modifier: Option<HttpHeaderFilter>,
    /// Sends a copy of the call to another backend.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_mirror: Option<HttpRequestMirrorFilter>,
    /// A filter that another kind of object defines.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub extension_ref: Option<LocalObjectReference>,
}

/// A backend of a gRPC rule, with its share of the traffic and filters of its own.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", default)]
#[cfg_attr(feature = "schema", schemars(transform = cel(rules::BACKEND_REFERENCE)))]
pub struct GrpcBackendRef {
    /// API group of the backend; the core group when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "fmt::Group", extend("x-default" = "")))]
    pub group: Option<String>,
    /// Kind of the backend; `Service` when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "fmt::Kind", extend("x-default" = "Service")))]
    pub kind: Option<String>,
    /// Name of the backend.
    #[cfg_attr(feature = "schema", schemars(with = "fmt::ObjectName"))]
    pub name: String,
    /// Namespace of the backend; that of the route when unset. Another namespace needs a ReferenceGrant.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "fmt::Namespace"))]
    pub namespace: Option<String>,
    /// Port of the backend. A Service needs one; other kinds may define their own.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "fmt::PortNumber"))]
    pub port: Option<i32>,
    /// Share of the calls that this backend gets, in proportion to the sum of the weights of its rule. 0
    /// means no traffic.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(range(min = 0, max = 1_000_000), extend("x-default" = 1)))]
    pub weight: Option<i32>,
    /// What is done to the calls that go to this backend, and to its responses.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(
        feature = "schema",
        schemars(
            length(max = 16),
            transform = list_atomic,
            transform = cel(rules::GRPC_FILTERS),
        )
    )]
    pub filters: Vec<GrpcRouteFilter>,
}

crate::backend_reference!(GrpcBackendRef, weight);

open_enum! {
    /// Filters of a GRPCRoute.
    GrpcRouteFilterType {
        /// Changes headers of the response.
        ResponseHeaderModifier = "ResponseHeaderModifier",
        /// Changes headers of the request.
        RequestHeaderModifier = "RequestHeaderModifier",
        /// Sends a copy of the call to another backend.
        RequestMirror = "RequestMirror",
        /// A filter that another kind of object defines.
        ExtensionRef = "ExtensionRef",
    }
}
