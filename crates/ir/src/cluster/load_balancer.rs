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
