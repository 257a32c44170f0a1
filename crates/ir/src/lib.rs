#![doc = include_str!("../README.md")]

use std::{fmt, sync::Arc};

use serde::{Deserialize, Serialize};

pub mod cluster;
mod feature;
mod fleet;
pub mod infra;
pub mod listener;
mod ordered;
mod origin;
pub mod patch;
pub mod route;
mod secret;

pub use feature::{Extension, FeatureId, features};
pub use fleet::{Globals, ReadyListener, RouteTableDiff, XdsDiff, XdsIr};
pub use imbl::OrdMap;
pub use infra::InfraIr;
pub use ordered::{Difference, Ordered, compact};
pub use origin::Origin;
pub use secret::{Secret, SecretBytes, SecretContent, SecretRef};

/// A name that is shared rather than copied.
pub type Name = Arc<str>;

/// Names one fleet of proxies: `namespace/name` of a Gateway, or the name of a GatewayClass whose gateways are merged.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct IrKey(pub Name);

impl IrKey {
    /// A key from its text.
    pub fn new(key: impl Into<Name>) -> Self {
        Self(key.into())
    }

    /// The key as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for IrKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for IrKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
