//! Sockets, filter chains and what serves them.

use std::{collections::BTreeMap, sync::Arc};

use serde::{Deserialize, Serialize};

use crate::{Extension, FeatureId, Name, Origin, SecretRef, route::Auth};

mod access_log;
mod tracing;

pub use access_log::{AccessLog, LogFormat, LogSink, Logged, OpenTelemetryLog, ServiceEntries};
pub use tracing::{OpenTelemetry, RootSampler, Sampler, SpanTag, Tracing, TracingProvider};

mod client;
mod client_connection;
mod client_headers;
mod client_health_check;
mod client_http1;
mod client_http2;
mod client_ip_detection;
mod client_keepalive;
mod client_path;
mod client_proxy_protocol;
mod client_scheme;
mod client_timeout;
mod client_tls;
mod request_id;
mod stream;

pub use client::ClientSettings;
pub use client_connection::ClientConnection;
pub use client_headers::{
    CertDetail, ClientHeaders, ForwardMode, ForwardedClientCert, HeaderMutation, RequestId, Underscores,
};
pub use client_health_check::ClientHealthCheck;
pub use client_http1::ClientHttp1;
pub use client_http2::{ClientHttp2, Http2Pings, InvalidMessageEnds};
pub use client_ip_detection::{ClientIpDetection, TrustedProxies};
pub use client_keepalive::ClientKeepalive;
pub use client_path::{ClientPath, EscapedSlashes};
pub use client_proxy_protocol::ClientProxyProtocol;
pub use client_scheme::ClientScheme;
pub use client_timeout::ClientTimeout;
pub use client_tls::{ClientCertificateMode, ClientName, ClientTls, ClientValidation};
pub use request_id::TracedRequestId;
pub use stream::{StreamChain, StreamServer, StreamTls};

/// What a socket carries.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Transport {
    /// Connections.
    #[default]
    Tcp,
    /// Datagrams.
    Udp,
    /// Connections of QUIC, which are made of datagrams.
    Quic,
}

impl Transport {
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for this signature")]
    fn is_tcp(&self) -> bool {
        *self == Self::Tcp
    }
}

/// One socket that the proxies bind.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listener {
    /// The name of the xDS listener.
    pub name: Name,
    /// The address to bind, such as `0.0.0.0` or `::`.
    pub address: Name,
    /// The port to bind.
    pub port: u16,
    /// Whether the address is IPv6 and also accepts IPv4.
    #[serde(default)]
    pub ipv4_compat: bool,
    /// What the socket carries.
    #[serde(default, skip_serializing_if = "Transport::is_tcp")]
    pub transport: Transport,
    /// Chains that a TLS connection chooses by its server name.
    #[serde(default)]
    pub tls_chains: Vec<Arc<TlsChain>>,
    /// What serves plain-text HTTP on this socket.
    #[serde(default)]
    pub http: Option<Arc<HttpServer>>,
    /// What serves connections that are not HTTP, or (one alone) the datagrams of a UDP socket.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub streams: Vec<Arc<StreamServer>>,
    /// What is logged; absent is everything, as JSON on the standard output of the proxy.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub access_logs: Option<Arc<Vec<AccessLog>>>,
}

/// A filter chain for TLS connections.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TlsChain {
    /// The name of the filter chain.
    pub name: Name,
    /// The server names (SNI) that choose it; empty for every name.
    #[serde(default)]
    pub server_names: Vec<Name>,
    /// How TLS is terminated.
    pub tls: TerminateTls,
    /// What serves the connection.
    pub http: Arc<HttpServer>,
}

/// How TLS connections are terminated.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TerminateTls {
    /// The secrets with the certificates to present.
    pub certificates: Vec<SecretRef>,
    /// Protocols to offer by ALPN, most wanted first; absent for the default (`h2`, `http/1.1`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alpn: Option<Vec<String>>,
    /// How certificates of clients are checked; absent asks clients for none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client: Option<ClientValidation>,
}

/// What serves HTTP on a connection.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct HttpServer {
    /// The name of the gateway listener, the first one where several share the socket.
    pub name: Name,
    /// The gateway listener.
    #[serde(default)]
    pub origin: Origin,
    /// The name of the route table.
    pub routes: Name,
    /// The prefix of its statistics; absent is made of the protocol and the port that the proxies bind.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stat_prefix: Option<Name>,
    /// What clients get.
    #[serde(default, skip_serializing_if = "client::is_plain")]
    pub client: Arc<ClientSettings>,
    /// How its requests are traced; absent is not at all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tracing: Option<Arc<Tracing>>,
    /// What the identities of requests say about their traces; absent is all that they can.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_id: Option<TracedRequestId>,
    /// Whether calls of gRPC are counted by service and method; absent is where routes are for gRPC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grpc_stats: Option<bool>,
    /// What the routes need their listener to provide: by feature, the settings for which they need it, each once and in
    /// the order of the routes; none for a feature without settings.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub needs: BTreeMap<FeatureId, Vec<Extension>>,
    /// What filters have to know of the routes that use them, each once and in the order of
    /// their names.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub auths: Vec<Auth>,
}
