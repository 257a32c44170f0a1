//! The scheme of requests.

use serde::{Deserialize, Serialize};

/// What the `:scheme` of requests to backends is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClientScheme {
    /// What the client sent.
    #[default]
    Preserve,
    /// What the connection to the backend is.
    MatchBackend,
}
