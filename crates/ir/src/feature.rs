//! Names of features and configuration that only its feature understands.

use std::{borrow::Cow, fmt};

use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::Value;

/// Names one feature everywhere: registry row, module stem, case directory, page of the documentation, metric label.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct FeatureId(Cow<'static, str>);

impl FeatureId {
    /// A feature of this name, in `snake_case`. A vendor's features are named `vendor.example/feature`.
    pub const fn new(id: &'static str) -> Self {
        Self(Cow::Borrowed(id))
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for FeatureId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Configuration of a feature that this crate does not know, as JSON that both sides of the feature agree on.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Extension(pub Value);

impl Extension {
    /// Settings as JSON.
    pub fn of(settings: &impl Serialize) -> Self {
        Self(serde_json::to_value(settings).unwrap_or_default())
    }

    /// The settings again; `None` when they are another feature's.
    pub fn read<T: DeserializeOwned>(&self) -> Option<T> {
        T::deserialize(&self.0).ok()
    }

    /// Whether there are no settings.
    pub fn is_empty(&self) -> bool {
        self.0.is_null()
    }
}

/// The built-in features.
pub mod features {
    use super::FeatureId;

    /// Which requests a route serves: path, headers, query parameters, method.
    pub const ROUTE_MATCH: FeatureId = FeatureId::new("route_match");
    /// Where a route sends requests, with weights.
    pub const FORWARD: FeatureId = FeatureId::new("forward");
    /// Answers given by the proxy itself.
    pub const DIRECT_RESPONSE: FeatureId = FeatureId::new("direct_response");
    /// Redirects.
    pub const REDIRECT: FeatureId = FeatureId::new("redirect");
    /// Rewriting of host and path.
    pub const URL_REWRITE: FeatureId = FeatureId::new("url_rewrite");
    /// Edits of request and response headers.
    pub const HEADER_MODIFIER: FeatureId = FeatureId::new("header_modifier");
    /// Copies of requests to other backends.
    pub const MIRROR: FeatureId = FeatureId::new("mirror");
    /// Time limits of requests.
    pub const TIMEOUT: FeatureId = FeatureId::new("timeout");
    /// Repeating failed requests.
    pub const RETRY: FeatureId = FeatureId::new("retry");
    /// Requests from scripts of other origins, needed by listeners with routes that allow them.
    pub const CORS: FeatureId = FeatureId::new("cors");
    /// Keeping the requests of a session at one endpoint, needed by listeners with routes that ask for it.
    pub const SESSION_PERSISTENCE: FeatureId = FeatureId::new("session_persistence");
    /// Adding credentials to requests, needed by listeners with routes that ask for it.
    pub const CREDENTIAL_INJECTION: FeatureId = FeatureId::new("credential_injection");
    /// Requests that go where their host says, needed by listeners with routes to such backends.
    pub const DYNAMIC_RESOLVER: FeatureId = FeatureId::new("dynamic_resolver");
    /// Log-ins at an OpenID Connect provider, needed by listeners with routes that ask for them.
    pub const OIDC: FeatureId = FeatureId::new("oidc");
    /// Scripts, needed by listeners with routes whose requests pass through some.
    pub const LUA: FeatureId = FeatureId::new("lua");
    /// Services that see and change traffic, needed by listeners with routes whose requests pass through some.
    pub const EXT_PROC: FeatureId = FeatureId::new("ext_proc");
    /// Loaded modules, needed by listeners with routes whose requests pass through some.
    pub const DYNAMIC_MODULE: FeatureId = FeatureId::new("dynamic_module");
    /// Requests that other sites make browsers send, needed by listeners with routes that refuse them.
    pub const CSRF: FeatureId = FeatureId::new("csrf");
    /// A service that is asked about requests.
    pub const EXT_AUTH: FeatureId = FeatureId::new("ext_auth");
    /// Keys of clients.
    pub const API_KEY_AUTH: FeatureId = FeatureId::new("api_key_auth");
    /// Users and their passwords.
    pub const BASIC_AUTH: FeatureId = FeatureId::new("basic_auth");
    /// JSON Web Tokens.
    pub const JWT: FeatureId = FeatureId::new("jwt");
    /// Who may do what, needed by listeners with routes that ask.
    pub const AUTHORIZATION: FeatureId = FeatureId::new("authorization");
    /// Translation of gRPC-Web and statistics of gRPC, needed by listeners with GRPCRoutes.
    pub const GRPC: FeatureId = FeatureId::new("grpc");
    /// Time limits towards clients.
    pub const CLIENT_TIMEOUT: FeatureId = FeatureId::new("client_timeout");
    /// What happens to headers between clients and routes.
    pub const CLIENT_HEADERS: FeatureId = FeatureId::new("client_headers");
    /// Limits and buffers of client connections.
    pub const CLIENT_CONNECTION: FeatureId = FeatureId::new("client_connection");
    /// Probes on idle connections of clients.
    pub const CLIENT_KEEPALIVE: FeatureId = FeatureId::new("client_keepalive");
    /// How paths are normalised before routes are matched.
    pub const CLIENT_PATH: FeatureId = FeatureId::new("client_path");
    /// The PROXY protocol on connections of clients.
    pub const CLIENT_PROXY_PROTOCOL: FeatureId = FeatureId::new("client_proxy_protocol");
    /// A path for health checks of what is in front of the proxies.
    pub const CLIENT_HEALTH_CHECK: FeatureId = FeatureId::new("client_health_check");
    /// How the address of the client is found.
    pub const CLIENT_IP_DETECTION: FeatureId = FeatureId::new("client_ip_detection");
    /// HTTP/1 of clients.
    pub const CLIENT_HTTP1: FeatureId = FeatureId::new("client_http1");
    /// HTTP/2 of clients.
    pub const CLIENT_HTTP2: FeatureId = FeatureId::new("client_http2");
    /// HTTP/3 of clients.
    pub const CLIENT_HTTP3: FeatureId = FeatureId::new("client_http3");
    /// TLS with clients.
    pub const CLIENT_TLS: FeatureId = FeatureId::new("client_tls");
    /// The scheme of requests to backends.
    pub const CLIENT_SCHEME: FeatureId = FeatureId::new("client_scheme");
    /// Time limits towards backends.
    pub const BACKEND_TIMEOUT: FeatureId = FeatureId::new("backend_timeout");
    /// Probes on idle connections to backends.
    pub const BACKEND_KEEPALIVE: FeatureId = FeatureId::new("backend_keepalive");
    /// Limits beyond which requests to backends are refused at once.
    pub const CIRCUIT_BREAKER: FeatureId = FeatureId::new("circuit_breaker");
    /// Buffers of connections to backends, and connections opened ahead.
    pub const BACKEND_CONNECTION: FeatureId = FeatureId::new("backend_connection");
    /// How an endpoint is chosen.
    pub const LOAD_BALANCER: FeatureId = FeatureId::new("load_balancer");
    /// Protocols to which requests may upgrade their connection.
    pub const UPGRADE: FeatureId = FeatureId::new("upgrade");
    /// The PROXY protocol towards backends.
    pub const BACKEND_PROXY_PROTOCOL: FeatureId = FeatureId::new("backend_proxy_protocol");
    /// How endpoints that cannot serve are found.
    pub const HEALTH_CHECK: FeatureId = FeatureId::new("health_check");
    /// HTTP/2 towards backends.
    pub const BACKEND_HTTP2: FeatureId = FeatureId::new("backend_http2");
    /// Requests that go on in the version of HTTP in which they came.
    pub const CLIENT_PROTOCOL: FeatureId = FeatureId::new("client_protocol");
    /// Faults that are made on purpose, needed by listeners with routes that ask for them.
    pub const FAULT_INJECTION: FeatureId = FeatureId::new("fault_injection");
    /// Limits that each proxy counts for itself, needed by listeners with routes that have some.
    pub const LOCAL_RATE_LIMIT: FeatureId = FeatureId::new("local_rate_limit");
    /// Limits of bytes per time, needed by listeners with routes that have some.
    pub const BANDWIDTH_LIMIT: FeatureId = FeatureId::new("bandwidth_limit");
    /// Compression of responses, needed by listeners with routes that compress.
    pub const COMPRESSOR: FeatureId = FeatureId::new("compressor");
    /// Requests that are read before they are sent on, needed by listeners with routes that do so.
    pub const REQUEST_BUFFER: FeatureId = FeatureId::new("request_buffer");
    /// Requests that are refused while too many fail.
    pub const ADMISSION_CONTROL: FeatureId = FeatureId::new("admission_control");
    /// Responses that are replaced, needed by listeners with routes that have some.
    pub const RESPONSE_OVERRIDE: FeatureId = FeatureId::new("response_override");
    /// What is observed of the requests of a route.
    pub const TELEMETRY: FeatureId = FeatureId::new("telemetry");

    /// All of them, for parity tests and documentation.
    pub const ALL: &[FeatureId] = &[
        ROUTE_MATCH,
        FORWARD,
        DIRECT_RESPONSE,
        REDIRECT,
        URL_REWRITE,
        HEADER_MODIFIER,
        MIRROR,
        TIMEOUT,
        RETRY,
        CORS,
        SESSION_PERSISTENCE,
        DYNAMIC_RESOLVER,
        OIDC,
        LUA,
        EXT_PROC,
        DYNAMIC_MODULE,
        CSRF,
        EXT_AUTH,
        API_KEY_AUTH,
        BASIC_AUTH,
        JWT,
        AUTHORIZATION,
        GRPC,
        CLIENT_TIMEOUT,
        CLIENT_HEADERS,
        CREDENTIAL_INJECTION,
        CLIENT_CONNECTION,
        CLIENT_KEEPALIVE,
        CLIENT_PATH,
        CLIENT_PROXY_PROTOCOL,
        CLIENT_HEALTH_CHECK,
        CLIENT_SCHEME,
        BACKEND_TIMEOUT,
        BACKEND_KEEPALIVE,
        CLIENT_IP_DETECTION,
        CLIENT_HTTP1,
        CLIENT_HTTP2,
        CLIENT_HTTP3,
        CLIENT_TLS,
        CIRCUIT_BREAKER,
        BACKEND_CONNECTION,
        LOAD_BALANCER,
        BACKEND_PROXY_PROTOCOL,
        UPGRADE,
        HEALTH_CHECK,
        BACKEND_HTTP2,
        CLIENT_PROTOCOL,
        FAULT_INJECTION,
        LOCAL_RATE_LIMIT,
        BANDWIDTH_LIMIT,
        COMPRESSOR,
        REQUEST_BUFFER,
        ADMISSION_CONTROL,
        RESPONSE_OVERRIDE,
        TELEMETRY,
    ];
}
