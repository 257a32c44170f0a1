//! Health checks of what is in front of the proxies.

use serde::{Deserialize, Serialize};

/// A path that is answered with 200 as long as the proxy is not draining, whatever the routes say.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClientHealthCheck {
    /// The whole path.
    pub path: String,
}
