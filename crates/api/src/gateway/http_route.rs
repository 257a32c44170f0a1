//! HTTPRoute: matches, filters and backends for HTTP requests.

use serde::{Deserialize, Serialize};

#[cfg(feature = "schema")]
use super::rules;
use super::{HttpRouteFilter, HttpRouteMatch, ParentReference, RouteStatus, SessionPersistence};
use crate::meta::{Duration, ObjectMeta};
#[cfg(feature = "schema")]
use crate::schema::{cel, fmt, list_atomic, list_set};

/// Where HTTP requests go.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", default)]
pub struct HttpRoute {
    /// Name, namespace and bookkeeping of the object.
    pub metadata: ObjectMeta,
    /// What the user asks for.
    pub spec: HttpRouteSpec,
    /// What the controllers report.
    pub status: RouteStatus,
}

/// What the user asks for in an HTTPRoute.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", default)]
pub struct HttpRouteSpec {
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
    /// Hostnames that requests must be for, possibly with a wildcard label in front; those of the listener
    /// when empty.
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
            length(min = 1, max = 16),
            transform = list_atomic,
            extend("x-default" = [{"matches": [{"path": {"type": "PathPrefix", "value": "/"}}]}]),
            transform = cel(rules::HTTP_RULES),
        )
    )]
    pub rules: Vec<HttpRouteRule>,
}

/// Matches, and what happens with the requests that match.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", default)]
#[cfg_attr(feature = "schema", schemars(transform = cel(rules::HTTP_RULE)))]
pub struct HttpRouteRule {
    /// Name of the rule, unique in the route; policies refer to it as section name.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "fmt::PreciseHostname"))]
    pub name: Option<String>,
    /// Conditions one of which a request must meet; every request when empty.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(
        feature = "schema",
        schemars(
            length(max = 64),
            transform = list_atomic,
            extend("x-default" = [{"path": {"type": "PathPrefix", "value": "/"}}]),
        )
    )]
    pub matches: Vec<HttpRouteMatch>,
    /// What is done to the requests and responses.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(
        feature = "schema",
        schemars(
            length(max = 16),
            transform = list_atomic,
            transform = cel(rules::HTTP_FILTERS),
        )
    )]
    pub filters: Vec<HttpRouteFilter>,
    /// Where matching requests go; nowhere (status 500) when empty and no filter answers.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "schema", schemars(length(max = 16), transform = list_atomic))]
    pub backend_refs: Vec<HttpBackendRef>,
    /// How long requests may take.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timeouts: Option<HttpRouteTimeouts>,
    /// When failed requests are tried again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry: Option<HttpRouteRetry>,
    /// Keeps the requests of one session at one backend.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub session_persistence: Option<SessionPersistence>,
}

/// A backend of an HTTP rule, with its share of the traffic and filters of its own.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", default)]
#[cfg_attr(feature = "schema", schemars(transform = cel(rules::BACKEND_REFERENCE)))]
pub struct HttpBackendRef {
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
    /// Share of the requests that this backend gets, in proportion to the sum of the weights of its rule. 0
    /// means no traffic.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(range(min = 0, max = 1_000_000), extend("x-default" = 1)))]
    pub weight: Option<i32>,
    /// What is done to the requests that go to this backend, and to its responses.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(
        feature = "schema",
        schemars(
            length(max = 16),
            transform = list_atomic,
            transform = cel(rules::HTTP_FILTERS),
        )
    )]
    pub filters: Vec<HttpRouteFilter>,
}

/// How long requests may take; 0 means without limit.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", default)]
#[cfg_attr(feature = "schema", schemars(transform = cel(rules::HTTP_TIMEOUTS)))]
pub struct HttpRouteTimeouts {
    /// The whole request, with all attempts, as the client sees it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request: Option<Duration>,
    /// One attempt at one backend.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub backend_request: Option<Duration>,
}

/// When failed requests are tried again.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", default)]
pub struct HttpRouteRetry {
    /// Status codes of responses that are tried again.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(
        feature = "schema",
        schemars(
            with = "Vec<fmt::Int>",
            inner(range(min = 400, max = 599)),
            transform = list_set,
        )
    )]
    pub codes: Vec<i32>,
    /// Number of further attempts at most.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "fmt::Int", range(min = 1)))]
    pub attempts: Option<i32>,
    /// Time between attempts at least.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub backoff: Option<Duration>,
}

crate::backend_reference!(HttpBackendRef, weight);
