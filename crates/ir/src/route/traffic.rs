//! How requests of a route are treated on their way to backends, as policies say.

use serde::{Deserialize, Serialize};

use super::{FaultInjection, HashOn, Retry, RouteTelemetry, RouteTimeout, Upgrade};

/// How requests are treated on their way to backends. What the route says itself goes before it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct RouteTraffic {
    /// Time limits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timeout: Option<RouteTimeout>,
    /// How failed requests are repeated.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry: Option<Retry>,
    /// Protocols to which requests may upgrade their connection; absent is as it is without policies.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub upgrades: Option<Vec<Upgrade>>,
    /// What makes requests equal that go to the same endpoint.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub hash: Vec<HashOn>,
    /// Faults that are made on purpose; the listener needs
    /// [`features::FAULT_INJECTION`](crate::features::FAULT_INJECTION).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fault: Option<FaultInjection>,
    /// What is observed of requests.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub telemetry: Option<RouteTelemetry>,
}

impl RouteTraffic {
    /// Whether the route is for CONNECT requests, whatever their path.
    pub fn serves_connect(&self) -> bool {
        self.upgrades.iter().flatten().any(Upgrade::is_connect)
    }

    /// Whether nothing is said.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}
