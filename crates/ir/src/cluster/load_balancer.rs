//! How an endpoint of a cluster is chosen.

use serde::{Deserialize, Serialize};

/// How an endpoint is chosen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum LoadBalancer {
    /// The one with fewer requests out of two.
    LeastRequest {
        /// How long new endpoints get less, in milliseconds.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        slow_start_ms: Option<u64>,
    },
    /// One after the other.
    RoundRobin {
        /// How long new endpoints get less, in milliseconds.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        slow_start_ms: Option<u64>,
    },
    /// One after the other, each as often as the load leaves room that it reports.
    BackendUtilization(Box<BackendUtilization>),
    /// Any.
    Random,
    /// Equal requests go to the same one.
    ConsistentHash {
        /// The size of the table, a prime number.
        table_size: u64,
        /// Whether connections are equal that come from the same address.
        by_source_ip: bool,
    },
}

/// How the load that endpoints report is used. What is absent is Envoy's default.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct BackendUtilization {
    /// How long an endpoint has to report before it counts, in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub blackout_ms: Option<u64>,
    /// How long a report counts, in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expiration_ms: Option<u64>,
    /// How often weights are calculated, in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub update_ms: Option<u64>,
    /// How much errors count as load, in percent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error_penalty_percent: Option<u32>,
    /// The names of the figures that are the load.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub metrics: Vec<String>,
    /// How endpoints report outside of responses; absent is in responses alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub out_of_band: Option<OutOfBandReports>,
    /// How long new endpoints get less, in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub slow_start_ms: Option<u64>,
}

/// Reports outside of responses.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct OutOfBandReports {
    /// How often there is one, in milliseconds; absent is Envoy's default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub period_ms: Option<u64>,
    /// The port of endpoints that report; absent is the one that requests go to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub port: Option<u16>,
    /// Under which name they are asked; absent is that of requests.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub authority: Option<String>,
}
