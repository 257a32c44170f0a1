//! Route tables, virtual hosts and HTTP routes; routes of connections and datagrams.

use std::{collections::BTreeMap, sync::Arc};

use eg_diag::ObjectRef;
use imbl::OrdMap;
use serde::{Deserialize, Serialize};

use crate::{Extension, FeatureId, Name, Ordered, Origin};

mod action;
mod backend_timeout;
mod bandwidth_limit;
mod compressor;
mod cors;
mod credential_injection;
mod dynamic_module;
mod ext_proc;
mod fault_injection;
mod hash;
mod header;
mod local_rate_limit;
mod lua;
mod matching;
mod mirror;
mod order;
mod processor;
mod rate_limit;
mod response_override;
mod retry;
mod rewrite;
mod security;
mod session_persistence;
mod stream;
mod telemetry;
mod traffic;
mod upgrade;

pub use action::{BackendFilters, Body, DirectResponse, Forward, Redirect, RouteAction, WeightedCluster};
pub use backend_timeout::RouteTimeout;
pub use bandwidth_limit::BandwidthLimit;
pub use compressor::{CompressionAlgorithm, Compressor};
pub use cors::Cors;
pub use credential_injection::CredentialInjection;
pub use dynamic_module::{DynamicModule, ModuleSource};
pub use ext_proc::{BodyMode, ExtProc, Seen};
pub use fault_injection::{AbortStatus, FaultAbort, FaultDelay, FaultInjection};
pub use hash::HashOn;
pub use header::{HeaderEdits, HeaderValue};
pub use local_rate_limit::LocalRateLimit;
pub use lua::Lua;
pub use matching::{PathMatch, RouteMatch, StringMatch, ValueMatch};
pub use mirror::{Fraction, Mirror};
pub use order::{RouteOrder, RoutePlace};
pub use processor::{Processor, ProcessorSettings};
pub use rate_limit::{
    RateLimit, RateLimitRule, RateUnit, RequestSelector, SelectedPath, SelectedSource, SelectedValue,
    Selection,
};
pub use response_override::{Answerer, Replacement, ResponseOverride, ResponseRule};
pub use retry::{BackOff, Retry};
pub use rewrite::{HostRewrite, PathRewrite, RegexRewrite, UrlRewrite};
pub use security::{
    ApiKey, ApiKeyAuth, ApiKeyForwarding, ApiKeySource, Auth, Authorization, AuthorizationRule, BasicAuth,
    ClaimCondition, ClaimHeader, Csrf, ExtAuth, ExtAuthService, HeaderCondition, Jwt, JwtKeys, JwtPlaces,
    JwtProvider, Network, Oidc, OidcCookies, PrefixedHeader, RouteSecurity, SameSite, TokenCondition,
    Verdict,
};
pub use session_persistence::SessionPersistence;
pub use stream::StreamRoute;
pub use telemetry::{RouteTelemetry, RouteTracing};
pub use traffic::RouteTraffic;
pub use upgrade::Upgrade;

/// The virtual hosts that one listener, or all plain HTTP listeners of one socket, serve.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RouteTable {
    /// The name of the xDS route configuration.
    pub name: Name,
    /// Virtual hosts by domain; `*` is every domain that has none of its own.
    #[serde(default)]
    pub virtual_hosts: OrdMap<Name, Arc<VirtualHost>>,
}

/// The routes of one domain.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct VirtualHost {
    /// The name of the xDS virtual host.
    pub name: Name,
    /// The domain: a hostname, a hostname whose first label is `*`, or `*`.
    pub domain: Name,
    /// The listener it belongs to.
    #[serde(default)]
    pub origin: Origin,
    /// Whether it has statistics of its own.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub stats: bool,
    /// The routes, in the order in which they are tried.
    #[serde(default, with = "order::as_list")]
    pub routes: Ordered<RouteOrder, Arc<HttpRoute>>,
}

/// One match and what happens to the requests that it matches.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct HttpRoute {
    /// The name of the xDS route, to which the domain is appended when it is emitted.
    pub name: Name,
    /// The rule it came from.
    pub origin: Origin,
    /// Which requests it serves.
    pub matches: RouteMatch,
    /// What it does with them.
    pub action: RouteAction,
    /// Edits of the request's headers; absent when there are none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_headers: Option<Arc<HeaderEdits>>,
    /// Edits of the response's headers; absent when there are none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub response_headers: Option<Arc<HeaderEdits>>,
    /// Rewriting of the URL before the request is forwarded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rewrite: Option<Arc<UrlRewrite>>,
    /// Where copies of the request go.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub mirrors: Vec<Mirror>,
    /// Protocols to which a forwarded request may upgrade its connection; absent is WebSocket alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub upgrades: Option<Vec<Name>>,
    /// How long the whole exchange may take, in milliseconds; 0 is without limit, absent is Envoy's default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timeout_ms: Option<u64>,
    /// How failed requests are repeated; absent is not at all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry: Option<Arc<Retry>>,
    /// What scripts of other origins may do; the listener needs [`features::CORS`](crate::features::CORS).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cors: Option<Arc<Cors>>,
    /// How the requests of a session are kept at one endpoint; the listener needs
    /// [`features::SESSION_PERSISTENCE`](crate::features::SESSION_PERSISTENCE).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub session_persistence: Option<Box<SessionPersistence>>,
    /// The credential that is added to requests; the listener needs
    /// [`features::CREDENTIAL_INJECTION`](crate::features::CREDENTIAL_INJECTION).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub credential_injection: Option<Arc<CredentialInjection>>,
    /// What is asked of requests before they are served.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub security: Option<Arc<RouteSecurity>>,
    /// Code of the user's own that requests pass through, which the listener needs to have.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub processors: Option<Arc<Vec<Processor>>>,
    /// How requests are treated on their way to backends, as policies say.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub traffic: Option<Arc<RouteTraffic>>,
    /// The policies that shaped it and want to be named in its metadata.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub policies: Vec<ObjectRef>,
    /// Configuration of features that this crate does not know.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub extensions: BTreeMap<FeatureId, Extension>,
}
