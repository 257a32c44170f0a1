//! Protocols to which requests may upgrade their connection, as policies say.

use serde::{Deserialize, Serialize};

use crate::Name;

/// A protocol to which a request may upgrade its connection.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Upgrade {
    /// Its name, as in the header `Upgrade`, or `CONNECT`.
    pub protocol: Name,
    /// Whether the proxy ends the tunnel of a CONNECT request, and sends the bytes in it on.
    pub terminates: bool,
}

impl Upgrade {
    /// Whether it is for CONNECT requests.
    pub fn is_connect(&self) -> bool {
        self.protocol.eq_ignore_ascii_case("CONNECT")
    }
}
