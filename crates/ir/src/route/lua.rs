//! Scripts that see and change requests and responses.

use serde::{Deserialize, Serialize};

use super::ProcessorSettings;
use crate::Name;

/// A Lua script that sees and changes requests and responses.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Lua {
    /// Names it among all of the fleet: `envoyextensionpolicy/<namespace>/<name>/lua/<position>`.
    pub name: Name,
    /// Its place among scripts.
    pub position: u32,
    /// The text of the script.
    pub source: String,
}

impl ProcessorSettings for Lua {
    fn name(&self) -> &Name {
        &self.name
    }

    fn position(&self) -> u32 {
        self.position
    }
}
