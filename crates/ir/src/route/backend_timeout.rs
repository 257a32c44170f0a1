//! Time limits of requests, as policies say.

use serde::{Deserialize, Serialize};

/// How long requests may take; 0 is without limit, what is absent is as it is without policies.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct RouteTimeout {
    /// The whole exchange, in milliseconds; the limit of the route goes before it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_ms: Option<u64>,
    /// The time without data after which a request is ended, in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stream_idle_ms: Option<u64>,
    /// The age at which a request is ended whatever happens, in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_stream_ms: Option<u64>,
}
