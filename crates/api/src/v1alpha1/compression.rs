//! Compression of responses.

use serde::{Deserialize, Serialize};

use crate::meta::Quantity;
#[cfg(feature = "schema")]
use crate::v1alpha1::format;

/// A way to compress responses.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
pub struct Compression {
    /// Settings for `Brotli`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub brotli: Option<BrotliCompressor>,
    /// Settings for `Gzip`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gzip: Option<GzipCompressor>,
    /// Size in bytes below which responses stay as they are, at least 30; 30 when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "format::WholeQuantity"))]
    pub min_content_length: Option<Quantity>,
    /// The algorithm. One of `Gzip`, `Brotli` or `Zstd`.
    #[cfg_attr(feature = "schema", schemars(extend("enum" = ["Gzip", "Brotli", "Zstd"])))]
    pub r#type: String,
    /// Settings for `Zstd`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub zstd: Option<ZstdCompressor>,
}

/// Settings of Brotli. It has none yet.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default)]
pub struct BrotliCompressor {}

/// Settings of gzip. It has none yet.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default)]
pub struct GzipCompressor {}

/// Settings of Zstandard. It has none yet.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default)]
pub struct ZstdCompressor {}
