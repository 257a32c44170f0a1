//! Demands: what translation must know and no object says.
//!
//! A unit that needs such a thing sends the demand to a group and reads the fact that answers it, like any object; while
//! there is no fact, nobody has answered yet.

use std::sync::Arc;

use eg_diag::ObjectRef;
use eg_resources::{Demand, Object};

use crate::{
    assembly::Assembly,
    engine::{Engine, Group, ReadCx, Root, Unit},
};

/// Registers the units of this module.
pub(crate) fn register(engine: &mut Engine) {
    engine.root_for_each_group::<Demands, DemandRoot>();
}

/// Who needs the answer to a demand.
pub(crate) struct Demands;

impl Group for Demands {
    type Key = Demand;
    /// The object because of which it is needed.
    type Member = ObjectRef;
    type Value = ();
}

/// A demand that somebody has; it is part of the translation.
pub(crate) struct DemandRoot;

impl Unit for DemandRoot {
    type Key = Demand;
    type Out = ();
    const NAME: &'static str = "demand";
    const RANK: u8 = 1;

    fn compute(_: &ReadCx<'_>, _: &Demand) {}
}

impl Root for DemandRoot {
    fn publish(assembly: &mut Assembly<'_>, key: &Demand, out: Option<&Arc<()>>) {
        assembly.demand(key, out.is_some());
    }
}

/// Asks for something because of `from`, and says what is known of it; `None` while nobody has answered. A unit asks for
/// each thing once.
pub(crate) fn ask<F: Object>(cx: &ReadCx<'_>, from: &ObjectRef, demand: Demand) -> Option<Arc<F>> {
    let fact = cx.object::<F>(&demand.fact());
    cx.send::<Demands>(demand, from.clone(), ());
    fact
}
