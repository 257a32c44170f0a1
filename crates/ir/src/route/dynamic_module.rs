//! Modules, loaded into the proxy, that see and change requests and responses.

use serde::{Deserialize, Serialize};

use super::ProcessorSettings;
use crate::Name;

/// A filter in a module that is loaded into the proxy.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct DynamicModule {
    /// Names it among all of the fleet: `envoyextensionpolicy/<namespace>/<name>/dynamic-module/<position>`.
    pub name: Name,
    /// Its place among filters of modules.
    pub position: u32,
    /// Where the module is.
    pub source: ModuleSource,
    /// The name of the filter in the module.
    pub filter: String,
    /// Configuration that the filter gets, JSON; absent is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub config: Option<String>,
    /// Whether the module stays loaded when nothing uses it any more.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub stays_loaded: bool,
    /// Whether modules loaded later see its symbols.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub is_global: bool,
    /// Whether the filter answers requests itself.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub answers: bool,
}

impl ProcessorSettings for DynamicModule {
    fn name(&self) -> &Name {
        &self.name
    }

    fn position(&self) -> u32 {
        self.position
    }
}

/// Where a module is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ModuleSource {
    /// A file of the proxy.
    Local(String),
    /// A file on a server.
    Remote {
        /// Its URL.
        url: String,
        /// The cluster of the server.
        cluster: Name,
        /// Its SHA-256 hash, in hexadecimal.
        sha256: String,
    },
}

impl Default for ModuleSource {
    fn default() -> Self {
        Self::Local(String::new())
    }
}
