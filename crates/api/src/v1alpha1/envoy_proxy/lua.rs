//! How Lua scripts are checked.

use serde::{Deserialize, Serialize};

/// The `LuaValidationConfig` part of the API.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct LuaValidationConfig {
    /// Sets strict validation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub strict_validation: Option<StrictValidation>,
    /// Sets validation type. One of `Strict`, `InsecureSyntax` or `Disabled`. Defaults to `Strict`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub validation_type: Option<String>,
}

/// The `StrictValidation` part of the API.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct StrictValidation {
    /// Sets allowed env vars.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub allowed_env_vars: Vec<String>,
    /// Sets allowed paths.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub allowed_paths: Vec<String>,
}
