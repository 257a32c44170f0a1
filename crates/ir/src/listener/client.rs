//! What clients of a listener get, whatever the route.

use std::{collections::BTreeMap, sync::Arc};

use serde::{Deserialize, Serialize};

use super::{
    ClientConnection, ClientHeaders, ClientHealthCheck, ClientKeepalive, ClientPath, ClientProxyProtocol,
    ClientScheme, ClientTimeout,
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
