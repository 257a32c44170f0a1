//! What the identity of a request says about its trace.

use serde::{Deserialize, Serialize};

/// What the identity of a request, which its header `x-request-id` has, says about its trace.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct TracedRequestId {
    /// Whether the decision to trace is written into it.
    pub packs: bool,
    /// Whether it decides what is traced.
    pub samples: bool,
}
