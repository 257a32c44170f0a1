//! How Lua scripts are checked.

use serde::{Deserialize, Serialize};

#[cfg(feature = "schema")]
use crate::schema::cel;
#[cfg(feature = "schema")]
use crate::v1alpha1::rules;

/// How Lua scripts are checked before Envoy gets them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
#[cfg_attr(feature = "schema", schemars(transform = cel(rules::LUA_VALIDATION_CONFIG)))]
pub struct LuaValidationConfig {
    /// What scripts may reach while `Strict` runs them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub strict_validation: Option<StrictValidation>,
    /// `Strict` runs the script in a sandbox, `InsecureSyntax` only reads it, `Disabled` trusts it.
    /// One of `Strict`, `InsecureSyntax` or `Disabled`. Defaults to `Strict`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(extend("enum" = ["Strict", "InsecureSyntax", "Disabled"], "x-default" = "Strict")))]
    pub validation_type: Option<String>,
}

/// What scripts may reach while they are checked. System directories and certificates are never
/// among it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
pub struct StrictValidation {
    /// Environment variables that they may read.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "schema", schemars(inner(length(min = 1, max = 256)), length(max = 64), transform = cel(rules::STRICT_VALIDATION_ALLOWED_ENV_VARS)))]
    pub allowed_env_vars: Vec<String>,
    /// Directories and files that they may read.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "schema", schemars(inner(length(min = 1, max = 4096)), length(max = 64), transform = cel(rules::STRICT_VALIDATION_ALLOWED_PATHS)))]
    pub allowed_paths: Vec<String>,
}
