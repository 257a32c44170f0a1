//! Code of the user's own that the requests of a route pass through.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::{FeatureId, Name};

/// Code of the user's own that the requests of a route pass through. Its listener has it, off for all other routes, because
/// the route needs it: as [`LUA`](crate::features::LUA), [`EXT_PROC`](crate::features::EXT_PROC) or
/// [`DYNAMIC_MODULE`](crate::features::DYNAMIC_MODULE).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Processor {
    /// What kind of code it is.
    pub feature: FeatureId,
    /// The name of the settings that the listener has.
    pub name: Name,
    /// What the code is told for this route, if its kind can be told anything.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub context: Option<Map<String, Value>>,
}

/// Settings of code that listeners have.
pub trait ProcessorSettings {
    /// Names it among all of the fleet, and begins with the policy that asks for it.
    fn name(&self) -> &Name;

    /// Its place among code of its kind: what has a lower one sees requests first.
    fn position(&self) -> u32;
}
