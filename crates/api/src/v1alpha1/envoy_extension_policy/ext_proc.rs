//! Services that see and change the traffic.

use serde::{Deserialize, Serialize};

use crate::meta::Duration;
use crate::v1alpha1::BackendCluster;

/// A service that sees and changes requests and responses.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct ExtProc {
    /// Where the service runs and how Envoy connects to it.
    #[serde(flatten)]
    pub backend: BackendCluster,
    /// Whether traffic passes unchanged while the service cannot be asked, or this configuration is
    /// wrong. Defaults to `false`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fail_open: Option<bool>,
    /// Time in which each message must be answered; 200ms when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message_timeout: Option<Duration>,
    /// Metadata that the service sees and writes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub metadata: Option<ExtProcMetadata>,
    /// What the service sees; headers alone when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub processing_mode: Option<ExtProcProcessingMode>,
    /// Whether the service only sees, and answers are ignored; `false` when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shadow_mode: Option<bool>,
    /// Status of the answer when the service cannot be asked; 500 when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status_on_error: Option<i32>,
}

/// What the service sees.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct ExtProcProcessingMode {
    /// Whether the service may change this while it runs; `false` when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub allow_mode_override: Option<bool>,
    /// What it sees of requests; nothing when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request: Option<ProcessingModeOptions>,
    /// What it sees of responses; nothing when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub response: Option<ProcessingModeOptions>,
}

/// What the service sees of a message, besides the headers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct ProcessingModeOptions {
    /// Attributes that it is told, `request.path` for example.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub attributes: Vec<String>,
    /// How it sees the body; not at all when unset. One of `Streamed`, `Buffered`,
    /// `BufferedPartial` or `FullDuplexStreamed`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
}

/// Dynamic metadata that the service sees and writes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct ExtProcMetadata {
    /// Namespaces that it sees.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub accessible_namespaces: Vec<String>,
    /// Namespaces that it may write.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub writable_namespaces: Vec<String>,
}
