//! What the user wants different (`EnvoyProxy.spec.bootstrap`).

use serde::Deserialize;
use serde_json::Value;

use super::{BootstrapError, merge};
use crate::patch::{self, PatchOperation};

/// A change of the bootstrap, as the user wrote it.
#[derive(Debug, Clone, PartialEq)]
pub enum UserBootstrap {
    /// This YAML instead of the default.
    Replace(String),
    /// This YAML merged into the default the way protocol buffers merge: lists are appended, maps are merged by key,
    /// messages are merged field by field, everything else is replaced.
    Merge(String),
    /// These operations applied to the default.
    JsonPatch(Vec<PatchOperation>),
}

/// The `ProxyBootstrap` of the API.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct ProxyBootstrap {
    #[serde(default)]
    r#type: BootstrapType,
    value: Option<String>,
    json_patches: Option<Vec<PatchOperation>>,
}

#[derive(Deserialize, Default)]
enum BootstrapType {
    Merge,
    #[default]
    Replace,
    #[serde(rename = "JSONPatch")]
    JsonPatch,
}

impl UserBootstrap {
    /// Reads the `bootstrap` block of an EnvoyProxy (`type`, `value`, `jsonPatches`).
    ///
    /// # Errors
    ///
    /// [`BootstrapError::Block`] if the block has another shape, or not what its type needs.
    pub fn from_block(block: &Value) -> Result<Self, BootstrapError> {
        let refused = |why: String| BootstrapError::Block(why);
        let ProxyBootstrap { r#type, value, json_patches } =
            ProxyBootstrap::deserialize(block).map_err(|error| refused(error.to_string()))?;
        let value = || value.ok_or_else(|| refused("value must be set".to_owned()));
        match r#type {
            BootstrapType::Merge => value().map(Self::Merge),
            BootstrapType::Replace => value().map(Self::Replace),
            BootstrapType::JsonPatch => match json_patches {
                Some(operations) if !operations.is_empty() => Ok(Self::JsonPatch(operations)),
                _ => Err(refused("jsonPatches must be set".to_owned())),
            },
        }
    }
}

/// Applies what the user wants different to a bootstrap; the result still needs [`validate`](super::validate).
///
/// # Errors
///
/// [`BootstrapError::Yaml`] and [`BootstrapError::Decode`] for texts that cannot be read, [`BootstrapError::Patch`] for
/// operations that do not apply.
pub fn apply_user_patch(base: Value, user: &UserBootstrap) -> Result<Value, BootstrapError> {
    match user {
        UserBootstrap::Replace(text) => parse(text),
        UserBootstrap::Merge(text) => merge::merged(&base, &parse(text)?),
        UserBootstrap::JsonPatch(operations) => {
            let mut patched = base;
            patch::apply(&mut patched, operations)?;
            Ok(patched)
        }
    }
}

/// Reads a YAML (or JSON) mapping.
fn parse(text: &str) -> Result<Value, BootstrapError> {
    let value: Value =
        serde_saphyr::from_str(text).map_err(|error| BootstrapError::Yaml(error.to_string()))?;
    if value.is_object() {
        Ok(value)
    } else {
        Err(BootstrapError::Yaml("expected an object at the top".to_owned()))
    }
}
