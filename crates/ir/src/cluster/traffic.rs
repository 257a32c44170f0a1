//! How endpoints of a cluster are used, as policies say.

use serde::{Deserialize, Serialize};

use super::{BackendKeepalive, BackendTimeout};

/// How connections to the endpoints of a cluster are made and used. What is absent is as it is without policies.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ClusterTraffic {
    /// Time limits of connections.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timeout: Option<BackendTimeout>,
    /// Probes on idle connections.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub keepalive: Option<BackendKeepalive>,
}

impl ClusterTraffic {
    /// Takes from another one what this one says nothing about.
    pub fn fill(&mut self, other: &Self) {
        let Self { timeout, keepalive } = self;
        fill(timeout, other.timeout.as_ref());
        fill(keepalive, other.keepalive.as_ref());
    }

    /// Whether nothing is said.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

fn fill<T: Clone>(own: &mut Option<T>, other: Option<&T>) {
    if own.is_none() {
        *own = other.cloned();
    }
}
