//! Limits of bytes per time.

use serde::{Deserialize, Serialize};

/// Limits of the bodies of requests and responses.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct BandwidthLimit {
    /// What requests may bring, in KiB per second.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_kib: Option<u64>,
    /// What responses may bring, in KiB per second.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub response_kib: Option<u64>,
    /// The beginning of the names of trailers that tell how long responses were held back; absent is without trailers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trailers: Option<String>,
}
