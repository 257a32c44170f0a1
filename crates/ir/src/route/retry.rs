//! Repeating failed requests.

use serde::{Deserialize, Serialize};

use crate::Name;

/// When and how often a failed request is sent again.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Retry {
    /// How often, at most.
    pub attempts: u32,
    /// The failures after which it is sent again, such as `connect-failure`, by their names in Envoy.
    pub triggers: Vec<Name>,
    /// The status codes that count as failures, with the trigger `retriable-status-codes`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub statuses: Vec<u16>,
    /// How long each attempt may take, in milliseconds; absent is the time that is left for the request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attempt_timeout_ms: Option<u64>,
    /// How long to wait between attempts; absent is Envoy's default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub back_off: Option<BackOff>,
    /// How many attempts go to endpoints of one priority before the next priority is tried; absent keeps to the healthy
    /// priorities.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attempts_per_priority: Option<u32>,
}

/// How long to wait between attempts: longer each time, with jitter.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BackOff {
    /// The base of the first wait, in milliseconds.
    pub base_ms: u64,
    /// The longest wait, in milliseconds; absent is ten times the base.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_ms: Option<u64>,
}
