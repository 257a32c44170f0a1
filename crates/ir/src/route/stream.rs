//! Routes of connections and datagrams.

use serde::{Deserialize, Serialize};

use crate::{Name, Origin};

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
}
