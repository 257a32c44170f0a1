//! How requests of a route are treated on their way to backends, as policies say.

use serde::{Deserialize, Serialize};

use super::{
    BandwidthLimit, Compressor, FaultInjection, HashOn, LocalRateLimit, ResponseOverride, Retry,
    RouteTelemetry, RouteTimeout, Upgrade,
};

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
    /// Whether responses tell clients nothing of the load of endpoints.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub hides_load: bool,
    /// Faults that are made on purpose; the listener needs
    /// [`features::FAULT_INJECTION`](crate::features::FAULT_INJECTION).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fault: Option<FaultInjection>,
    /// Limits that each proxy counts for itself; the listener needs
    /// [`features::LOCAL_RATE_LIMIT`](crate::features::LOCAL_RATE_LIMIT).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub local_rate_limit: Option<LocalRateLimit>,
    /// Limits of the bodies of requests and responses; the listener needs
    /// [`features::BANDWIDTH_LIMIT`](crate::features::BANDWIDTH_LIMIT).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bandwidth_limit: Option<BandwidthLimit>,
    /// How responses are compressed, the preferred way first; the listener needs
    /// [`features::COMPRESSOR`](crate::features::COMPRESSOR).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub compressors: Vec<Compressor>,
    /// The size in bytes up to which requests are read before they are sent on; the listener needs
    /// [`features::REQUEST_BUFFER`](crate::features::REQUEST_BUFFER).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_buffer_bytes: Option<u32>,
    /// Responses that are replaced; the listener needs
    /// [`features::RESPONSE_OVERRIDE`](crate::features::RESPONSE_OVERRIDE).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub response_override: Option<ResponseOverride>,
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
