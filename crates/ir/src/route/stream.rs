//! Routes of connections and datagrams.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::Authorization;
use crate::{Name, Origin, cluster::DnsCache};

/// Where connections or datagrams go. Backends share the endpoints of one cluster, by the weights of its localities.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct StreamRoute {
    /// The name of the route, which its filter chain has too.
    pub name: Name,
    /// The route object, and its rule where that has a name.
    #[serde(default)]
    pub origin: Origin,
    /// The name of the cluster.
    pub cluster: Name,
    /// Connections go to the host of their server name, which is resolved so; the cluster resolves in the same way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by_server_name: Option<DnsCache>,
    /// Connections from one address go to the same endpoint.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub hashes_source_ip: bool,
    /// Which clients may connect; absent is all of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authorization: Option<Arc<Authorization>>,
}
