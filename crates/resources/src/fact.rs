//! What is learned from outside and read like an object.

use std::sync::Arc;

use eg_api::meta::ObjectMeta;
use eg_diag::{Diagnostic, Kind, ObjectRef};

use crate::Object;

/// The group of facts; no API server has it.
pub(crate) const GROUP: &str = "facts";

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
    const KIND: Kind = eg_diag::kind!(GROUP, "Clock");

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
    const KIND: Kind = eg_diag::kind!(GROUP, "Observed");

    fn meta(&self) -> &ObjectMeta {
        &self.metadata
    }
}

/// What became of an object after it was translated: what emission, or the proxies, made of it. It may influence statuses
/// and never the IR.
///
/// The store knows it as a referrer of the object.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    metadata: ObjectMeta,
    /// The object.
    pub object: ObjectRef,
    /// The fleet for which it is so; empty where it is so for all.
    pub fleet: Arc<str>,
    /// What it is about.
    pub aspect: Aspect,
    /// The generation of the object; 0 when it has none.
    pub generation: i64,
    /// What is wrong; empty when all went well.
    pub problems: Vec<Problem>,
}

/// What an [`Outcome`] is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Aspect {
    /// The resources that were made of the object: whether they could be, and whether proxies took them.
    Resources,
    /// The patches that the object asks for.
    Patches,
    /// The translation of the object, which failed if there is a problem.
    Translation,
}

/// What is wrong with an object, or with a part of it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    /// The listener or rule, where only that is concerned.
    pub section: Option<Arc<str>>,
    /// What is wrong.
    pub diagnostic: Diagnostic,
}

impl Outcome {
    /// What became of one aspect of an object for a fleet.
    pub fn new(
        object: ObjectRef,
        generation: i64,
        fleet: Arc<str>,
        aspect: Aspect,
        problems: Vec<Problem>,
    ) -> Self {
        let name = Self::key(&object, &fleet, aspect).name.to_string();
        let metadata = ObjectMeta { name, ..ObjectMeta::default() };
        Self { metadata, object, fleet, aspect, generation, problems }
    }

    /// The identity of what is known of one aspect of an object for a fleet.
    pub fn key(object: &ObjectRef, fleet: &str, aspect: Aspect) -> ObjectRef {
        let name = format!("{aspect:?} {} {}/{} {fleet}", object.kind, object.namespace, object.name);
        ObjectRef::new(Self::KIND, "", name)
    }
}

impl Object for Outcome {
    const KIND: Kind = eg_diag::kind!(GROUP, "Outcome");

    fn meta(&self) -> &ObjectMeta {
        &self.metadata
    }

    fn references(&self, visit: &mut dyn FnMut(ObjectRef)) {
        visit(self.object.clone());
    }
}
