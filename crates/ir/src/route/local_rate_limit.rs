//! Limits that each proxy counts for itself.

use serde::{Deserialize, Serialize};

use super::RateLimitRule;

/// Limits that each proxy counts for itself.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct LocalRateLimit {
    /// The limit of all requests together, without selectors; absent is without limit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub all: Option<RateLimitRule>,
    /// Limits of some requests.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub rules: Vec<RateLimitRule>,
    /// Whether responses tell of no limit that does not say otherwise.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub hides_limits: bool,
}
