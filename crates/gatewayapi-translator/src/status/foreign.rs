//! The status of objects of foreign kinds: those that describe filters of routes.
//!
//! A filter tells through [`FilterCx::report`](crate::FilterCx::report) what came of the object that describes it; the object
//! then has an entry in its status for each parent of the routes that name it, as a policy has.

use std::sync::Arc;

use eg_diag::ObjectRef;
use eg_resources::{DynamicObject, ForeignKinds, Object, StatusUpdate};

use super::condition::Conditions;
use crate::{
    assembly::Assembly,
    engine::{Engine, ReadCx, Root, Unit},
    policy::by_uses,
};

/// The status of one object; `None` while no route says anything about it.
pub(crate) struct ForeignRoot;

/// Registers the units of this module.
pub(crate) fn register(engine: &mut Engine, foreign: &ForeignKinds) {
    for kind in &foreign.filters {
        engine.root_for_each_object::<ForeignRoot>(*kind);
    }
}

impl Unit for ForeignRoot {
    type Key = ObjectRef;
    type Out = Option<StatusUpdate>;
    const NAME: &'static str = "foreign_status";
    const RANK: u8 = 13;

    fn compute(cx: &ReadCx<'_>, key: &ObjectRef) -> Self::Out {
        by_uses::<DynamicObject>(cx, key, |object, verdict| {
            let mut conditions = Conditions::of(object.meta().generation());
            conditions.fail(&verdict.outcome.problems);
            conditions.set_default("Accepted", true, "Accepted", "The filter is used.");
            conditions
        })
    }
}

impl Root for ForeignRoot {
    fn publish(assembly: &mut Assembly<'_>, key: &ObjectRef, out: Option<&Arc<Self::Out>>) {
        assembly.status(key, out.and_then(|out| out.as_ref().as_ref()));
    }
}
