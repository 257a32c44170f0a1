//! Operations on JSON documents.

use serde::{Deserialize, Serialize};
use serde_json::Value;

#[cfg(feature = "schema")]
use crate::schema::fmt;

/// One operation as in RFC 6902.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
pub struct JsonPatchOperation {
    /// Where the value comes from, for `move` and `copy`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// Places as a JSONPath (RFC 9535); `path` is appended to each of them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub json_path: Option<String>,
    /// What is done. One of `add`, `remove`, `replace`, `move`, `copy` or `test`.
    #[cfg_attr(feature = "schema", schemars(extend("enum" = ["add", "remove", "replace", "move", "copy", "test"])))]
    pub op: String,
    /// The place, as a JSON pointer (RFC 6901).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// The new value, for `add`, `replace` and `test`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "fmt::Any"))]
    pub value: Option<Value>,
}
