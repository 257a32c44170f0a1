//! Modules that may be loaded into Envoy.

use serde::{Deserialize, Serialize};

#[cfg(feature = "schema")]
use crate::schema::cel;
#[cfg(feature = "schema")]
use crate::v1alpha1::rules;

/// A module that policies may load into Envoy.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
pub struct DynamicModuleEntry {
    /// Whether the library stays loaded when no one uses it. Defaults to `false`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(extend("x-default" = false)))]
    pub do_not_close: Option<bool>,
    /// Whether other libraries see its symbols. Defaults to `false`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(extend("x-default" = false)))]
    pub load_globally: Option<bool>,
    /// Name under which policies know it.
    #[cfg_attr(
        feature = "schema",
        schemars(length(min = 1, max = 253), regex(pattern = "^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$"))
    )]
    pub name: String,
    /// Where the module is.
    pub source: DynamicModuleSource,
}

/// Where a module is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
#[cfg_attr(feature = "schema", schemars(transform = cel(rules::DYNAMIC_MODULE_SOURCE)))]
pub struct DynamicModuleSource {
    /// Settings for `Local`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub local: Option<LocalDynamicModuleSource>,
    /// Settings for `Remote`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remote: Option<RemoteDynamicModuleSource>,
    /// Whether the proxy has the file or fetches it. One of `Local` or `Remote`. Defaults to
    /// `Local`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(extend("enum" = ["Local", "Remote"], "x-default" = "Local")))]
    pub r#type: Option<String>,
}

/// A module in the file system of the proxy.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
pub struct LocalDynamicModuleSource {
    /// Path of the library.
    #[cfg_attr(feature = "schema", schemars(length(min = 1, max = 4096)))]
    pub path: String,
}

/// A module that the proxy fetches.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
pub struct RemoteDynamicModuleSource {
    /// SHA-256 hash of the file, in hexadecimal.
    #[cfg_attr(feature = "schema", schemars(regex(pattern = "^[a-f0-9]{64}$")))]
    pub sha256: String,
    /// Where it is, with `http` or `https`.
    #[cfg_attr(
        feature = "schema",
        schemars(length(min = 1, max = 4096), regex(pattern = "^https?://[^/?#]+(?:[/?#].*)?$"))
    )]
    pub url: String,
}
