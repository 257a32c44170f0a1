//! The configuration that Envoy starts with.

use serde::{Deserialize, Serialize};

#[cfg(feature = "schema")]
use crate::schema::cel;
use crate::v1alpha1::JsonPatchOperation;
#[cfg(feature = "schema")]
use crate::v1alpha1::rules;

/// Changes the configuration that Envoy starts with. What connects it to the control plane must
/// stay.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
#[cfg_attr(feature = "schema", schemars(transform = cel(rules::PROXY_BOOTSTRAP)))]
pub struct ProxyBootstrap {
    /// The changes, for `JSONPatch`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub json_patches: Vec<JsonPatchOperation>,
    /// Whether the value is merged into the usual configuration, replaces it, or changes are
    /// applied to it. One of `Merge`, `Replace` or `JSONPatch`. Defaults to `Replace`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(extend("enum" = ["Merge", "Replace", "JSONPatch"], "x-default" = "Replace")))]
    pub r#type: Option<String>,
    /// The configuration in YAML, for `Merge` and `Replace`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
}
