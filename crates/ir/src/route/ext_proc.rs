//! Services that see and change requests and responses.

use serde::{Deserialize, Serialize};

use super::{ProcessorSettings, Retry};
use crate::Name;

/// A service that sees and changes requests and responses.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ExtProc {
    /// Names it among all of the fleet: `envoyextensionpolicy/<namespace>/<name>/extproc/<position>`.
    pub name: Name,
    /// Its place among services.
    pub position: u32,
    /// The cluster of the service.
    pub cluster: Name,
    /// The host by which requests name the service.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub authority: Option<String>,
    /// How failed calls are repeated; absent is not at all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry: Option<Retry>,
    /// The time in which each message must be answered, in milliseconds; absent is Envoy's default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message_timeout_ms: Option<u64>,
    /// What it sees of requests; absent is nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request: Option<Seen>,
    /// What it sees of responses; absent is nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub response: Option<Seen>,
    /// Whether it may ask for more or less as it goes.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub mode_override: bool,
    /// Whether traffic passes unchanged while it cannot be asked.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub fail_open: bool,
    /// The status of the answer while it cannot be asked; absent is Envoy's default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status_on_error: Option<u16>,
    /// Whether it only sees, and its answers are ignored.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub shadow: bool,
    /// Namespaces of dynamic metadata that it sees.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub readable_metadata: Vec<String>,
    /// Namespaces of dynamic metadata that it may write.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub writable_metadata: Vec<String>,
}

impl ProcessorSettings for ExtProc {
    fn name(&self) -> &Name {
        &self.name
    }

    fn position(&self) -> u32 {
        self.position
    }
}

/// What a service sees of a request or response besides its headers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Seen {
    /// How it sees the body; absent is not at all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body: Option<BodyMode>,
    /// Attributes that it is told.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub attributes: Vec<String>,
}

/// How a service sees a body.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BodyMode {
    /// In pieces as they come, each of which must be answered before it goes on.
    Streamed,
    /// As a whole; what is too long for the proxy's buffer is refused.
    Buffered,
    /// As a whole, or as much of it as fits into the proxy's buffer.
    BufferedPartial,
    /// In pieces, with trailers, which it answers whenever it likes.
    FullDuplex,
}
