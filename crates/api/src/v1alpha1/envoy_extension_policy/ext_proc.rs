//! Services that see and change the traffic.

use serde::{Deserialize, Serialize};

use crate::meta::Duration;
#[cfg(feature = "schema")]
use crate::schema::cel;
use crate::v1alpha1::BackendCluster;
#[cfg(feature = "schema")]
use crate::v1alpha1::rules;

/// A service that sees and changes requests and responses.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
#[cfg_attr(feature = "schema", schemars(transform = cel(rules::EXT_PROC)))]
pub struct ExtProc {
    /// Where the service runs and how Envoy connects to it.
    #[serde(flatten)]
    pub backend: BackendCluster,
    /// Whether traffic passes unchanged while the service cannot be asked, or this configuration is
    /// wrong. Defaults to `false`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(extend("x-default" = false)))]
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
    #[cfg_attr(feature = "schema", schemars(extend("enum" = [400, 401, 402, 403, 404, 405, 406, 407, 408, 409, 410, 411, 412, 413, 414, 415, 416, 417, 421, 422, 423, 424, 426, 428, 429, 431, 500, 501, 502, 503, 504, 505, 506, 507, 508, 510, 511])))]
    pub status_on_error: Option<i32>,
}

/// What the service sees.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
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
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
pub struct ProcessingModeOptions {
    /// Attributes that it is told, `request.path` for example.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(
        feature = "schema",
        schemars(inner(regex(
            pattern = r"^(connection\.|source\.|destination\.|request\.|response\.|upstream\.|xds\.route_)[a-z_1-9]*$"
        )))
    )]
    pub attributes: Vec<String>,
    /// How it sees the body; not at all when unset. One of `Streamed`, `Buffered`,
    /// `BufferedPartial` or `FullDuplexStreamed`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(extend("enum" = ["Streamed", "Buffered", "BufferedPartial", "FullDuplexStreamed"])))]
    pub body: Option<String>,
}

/// Dynamic metadata that the service sees and writes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
pub struct ExtProcMetadata {
    /// Namespaces that it sees.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub accessible_namespaces: Vec<String>,
    /// Namespaces that it may write.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "schema", schemars(length(max = 8), transform = cel(rules::EXT_PROC_METADATA_WRITABLE_NAMESPACES)))]
    pub writable_namespaces: Vec<String>,
}
