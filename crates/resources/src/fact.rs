//! What is learned from outside and read like an object.

use eg_api::meta::ObjectMeta;
use eg_diag::Kind;

use crate::Object;

/// The group of facts; no API server has it.
const GROUP: &str = "facts";

/// What time it is, so that translation can depend on it without a clock.
#[derive(Clone, Debug, PartialEq)]
pub struct Clock {
    metadata: ObjectMeta,
    /// Seconds since 1970.
    pub seconds: i64,
}

impl Clock {
    /// The name of the only object of this kind.
    pub const NAME: &'static str = "clock";

    /// The fact that it is this time, in seconds since 1970.
    pub fn at(seconds: i64) -> Self {
        Self { metadata: ObjectMeta { name: Self::NAME.to_owned(), ..ObjectMeta::default() }, seconds }
    }
}

impl Object for Clock {
    const KIND: Kind = Kind::new(GROUP, "Clock");

    fn meta(&self) -> &ObjectMeta {
        &self.metadata
    }
}

/// How a fleet of proxies is doing. It may influence statuses and never the IR.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Observed {
    metadata: ObjectMeta,
    /// Addresses at which clients reach the fleet.
    pub addresses: Vec<String>,
    /// Proxies that are ready.
    pub ready_replicas: u32,
}

impl Observed {
    /// The fact that the fleet of this key has these addresses and this many proxies ready.
    pub fn fleet(key: &str, addresses: Vec<String>, ready_replicas: u32) -> Self {
        let metadata = ObjectMeta { name: key.to_owned(), ..ObjectMeta::default() };
        Self { metadata, addresses, ready_replicas }
    }
}

impl Object for Observed {
    const KIND: Kind = Kind::new(GROUP, "Observed");

    fn meta(&self) -> &ObjectMeta {
        &self.metadata
    }
}
