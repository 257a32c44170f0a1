//! Modules that may be loaded into Envoy.

use serde::{Deserialize, Serialize};

/// The `DynamicModuleEntry` part of the API.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct DynamicModuleEntry {
    /// Sets do not close. Defaults to `false`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub do_not_close: Option<bool>,
    /// Sets load globally. Defaults to `false`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub load_globally: Option<bool>,
    /// Sets name.
    pub name: String,
    /// Sets source.
    pub source: DynamicModuleSource,
}

/// The `DynamicModuleSource` part of the API.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct DynamicModuleSource {
    /// Sets local.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub local: Option<LocalDynamicModuleSource>,
    /// Sets remote.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remote: Option<RemoteDynamicModuleSource>,
    /// Sets type. One of `Local` or `Remote`. Defaults to `Local`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub r#type: Option<String>,
}

/// The `LocalDynamicModuleSource` part of the API.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct LocalDynamicModuleSource {
    /// Sets path.
    pub path: String,
}

/// The `RemoteDynamicModuleSource` part of the API.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct RemoteDynamicModuleSource {
    /// Sets sha256.
    pub sha256: String,
    /// Sets url.
    pub url: String,
}
