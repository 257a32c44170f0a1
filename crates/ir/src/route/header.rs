//! Edits of headers.

use serde::{Deserialize, Serialize};

/// Edits of the headers of a request or a response, in the order in which the user wrote them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct HeaderEdits {
    /// Headers to add or to set.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<HeaderValue>,
    /// Headers to remove.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub remove: Vec<String>,
}

impl HeaderEdits {
    /// Whether nothing is edited.
    pub fn is_empty(&self) -> bool {
        self.values.is_empty() && self.remove.is_empty()
    }
}

/// One header to add or to set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeaderValue {
    /// The name of the header.
    pub name: String,
    /// The value; empty values are kept.
    pub value: String,
    /// Whether the value joins those that are there (true) or replaces them (false).
    pub append: bool,
}
