//! How requests of a route are treated on their way to backends, as policies say.

use serde::{Deserialize, Serialize};

use super::RouteTimeout;

/// How requests are treated on their way to backends. What the route says itself goes before it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct RouteTraffic {
    /// Time limits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timeout: Option<RouteTimeout>,
}

impl RouteTraffic {
    /// Whether nothing is said.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}
