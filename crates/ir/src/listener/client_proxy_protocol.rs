//! The PROXY protocol.

use serde::{Deserialize, Serialize};

/// Connections begin with a header that names the client, which a proxy in front adds.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ClientProxyProtocol {
    /// Whether connections without the header are accepted too.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub optional: bool,
}
