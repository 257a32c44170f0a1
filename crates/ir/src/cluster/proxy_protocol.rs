//! The PROXY protocol towards endpoints.

use serde::{Deserialize, Serialize};

/// The version of the header in front of each connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProxyProtocol {
    /// Text.
    V1,
    /// Binary.
    V2,
}
