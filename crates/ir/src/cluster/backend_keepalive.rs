//! Probes on idle connections to endpoints.

use serde::{Deserialize, Serialize};

/// How the operating system finds out that an endpoint is gone; what is absent is as the system has it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct BackendKeepalive {
    /// How many probes go unanswered before the connection is closed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub probes: Option<u32>,
    /// How long a connection is idle before the first probe, in seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub idle_s: Option<u32>,
    /// The time between two probes, in seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub interval_s: Option<u32>,
}
