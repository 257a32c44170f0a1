//! What clients of a listener get, whatever the route.

use std::{collections::BTreeMap, sync::Arc};

use serde::{Deserialize, Serialize};

use super::{
    ClientConnection, ClientHeaders, ClientHealthCheck, ClientHttp1, ClientHttp2, ClientIpDetection,
    ClientKeepalive, ClientPath, ClientProxyProtocol, ClientScheme, ClientTimeout, ClientTls,
};
use crate::{Extension, FeatureId};

/// How connections and requests of clients are treated before a route is chosen. The default is what a listener does that
/// nobody configured.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ClientSettings {
    /// Time limits.
    #[serde(skip_serializing_if = "is_default")]
    pub timeout: ClientTimeout,
    /// What happens to headers.
    #[serde(skip_serializing_if = "is_default")]
    pub headers: ClientHeaders,
    /// Limits and buffers of connections.
    #[serde(skip_serializing_if = "is_default")]
    pub connection: ClientConnection,
    /// Probes on idle connections; absent is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub keepalive: Option<ClientKeepalive>,
    /// How paths are normalised.
    #[serde(skip_serializing_if = "is_default")]
    pub path: ClientPath,
    /// The PROXY protocol; absent is without it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub proxy_protocol: Option<ClientProxyProtocol>,
    /// A path for health checks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub health_check: Option<ClientHealthCheck>,
    /// The scheme of requests to backends.
    #[serde(skip_serializing_if = "is_default")]
    pub scheme: ClientScheme,
    /// How the address of the client is found; absent is that of the connection.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ip_detection: Option<ClientIpDetection>,
    /// HTTP/1; absent is as it is spoken without settings.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub http1: Option<Arc<ClientHttp1>>,
    /// HTTP/2; absent is as it is spoken without settings.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub http2: Option<ClientHttp2>,
    /// Whether HTTP/3 is offered, on a socket of its own.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub http3: bool,
    /// Whether gRPC-Web is translated; absent is for gRPC routes only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub grpc_web: Option<bool>,
    /// TLS; absent is as it is spoken without settings.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tls: Option<Arc<ClientTls>>,
    /// Configuration of features that this crate does not know.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub extensions: BTreeMap<FeatureId, Extension>,
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

/// Whether nobody configured anything.
pub(super) fn is_plain(settings: &Arc<ClientSettings>) -> bool {
    is_default(settings)
}
