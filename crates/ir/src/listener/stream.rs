//! What serves connections that are not HTTP, and datagrams.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{ClientSettings, TerminateTls, client::is_plain};
use crate::{Name, Origin, route::StreamRoute};

/// What one gateway listener for TLS, TCP or UDP serves.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct StreamServer {
    /// The name of the gateway listener.
    pub name: Name,
    /// The gateway listener.
    #[serde(default)]
    pub origin: Origin,
    /// The port in the names of its statistics; absent is the port that the proxies bind.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stat_port: Option<u16>,
    /// What clients get.
    #[serde(default, skip_serializing_if = "is_plain")]
    pub client: Arc<ClientSettings>,
    /// What becomes of TLS.
    #[serde(default)]
    pub tls: StreamTls,
    /// The routes of its connections, at most one unless TLS chooses among them by server name. Connections that none of
    /// them takes are closed.
    #[serde(default)]
    pub chains: Vec<StreamChain>,
}

/// What becomes of the TLS of connections.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum StreamTls {
    /// There is none, as far as the proxy knows.
    #[default]
    None,
    /// The proxy looks at the server name and passes TLS on to the backend.
    Passthrough,
    /// The proxy terminates it.
    Terminate(TerminateTls),
}

/// A route and the connections that take it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct StreamChain {
    /// The server names (SNI) that choose it; empty for every connection.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub server_names: Vec<Name>,
    /// Where the connections go.
    pub route: Arc<StreamRoute>,
}
