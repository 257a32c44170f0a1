//! The configuration that Envoy starts with.

use serde::{Deserialize, Serialize};

use crate::v1alpha1::JsonPatchOperation;

/// The `ProxyBootstrap` part of the API.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct ProxyBootstrap {
    /// Sets json patches.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub json_patches: Vec<JsonPatchOperation>,
    /// Sets type. One of `Merge`, `Replace` or `JSONPatch`. Defaults to `Replace`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub r#type: Option<String>,
    /// Sets value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
}
