//! How paths are normalised before routes are matched.

use serde::{Deserialize, Serialize};

/// How paths are normalised before routes are matched.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ClientPath {
    /// Paths with escaped slashes (`%2F`, `%5C`).
    pub escaped_slashes: EscapedSlashes,
    /// Whether adjacent slashes stay as they are; otherwise they become one.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub keep_adjacent_slashes: bool,
}

/// What happens to requests whose path has escaped slashes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EscapedSlashes {
    /// They are redirected to the path without escapes.
    #[default]
    UnescapeAndRedirect,
    /// They are treated as if the path had none.
    UnescapeAndForward,
    /// They are let through.
    Keep,
    /// They are answered with 400.
    Reject,
}
