//! Compression of responses.

use serde::{Deserialize, Serialize};

/// A way to compress responses.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Compressor {
    /// The algorithm.
    pub algorithm: CompressionAlgorithm,
    /// The size in bytes below which responses stay as they are; absent is Envoy's default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min_bytes: Option<u32>,
    /// Whether it is used where clients like it as well as others.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub preferred: bool,
}

/// An algorithm that compresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CompressionAlgorithm {
    /// Brotli.
    Brotli,
    /// gzip.
    Gzip,
    /// Zstandard.
    Zstd,
}

impl CompressionAlgorithm {
    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Brotli => "brotli",
            Self::Gzip => "gzip",
            Self::Zstd => "zstd",
        }
    }
}
