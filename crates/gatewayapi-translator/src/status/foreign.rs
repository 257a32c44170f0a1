//! The status of objects of foreign kinds: those that describe filters of routes.
//!
//! A filter tells through [`FilterCx::report`](crate::FilterCx::report) what came of the object that describes it; the object
//! then has an entry in its status for each parent of the routes that name it, as a policy has.

use std::sync::Arc;

use eg_diag::ObjectRef;
use eg_resources::{DynamicObject, ForeignKinds, Object, Status, StatusUpdate};

use super::{condition::Conditions, policy::status, update_of};
use crate::{
    assembly::Assembly,
    engine::{Engine, ReadCx, Root, Unit},
    policy::ancestor::{PolicyUses, Verdict, verdicts},
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
        let uses = cx.group::<PolicyUses>(key);
        if uses.is_empty() {
            return None;
        }
        let object = cx.object::<DynamicObject>(key)?;
        let generation = object.meta().generation();
        let status = status(&cx.env().settings, verdicts(&uses), |verdict: Verdict<'_>| {
            let mut conditions = Conditions::of(generation);
            conditions.fail(&verdict.outcome.problems);
            conditions.set_default("Accepted", true, "Accepted", "The filter is used.");
            conditions
        });
        Some(update_of(&*object, Status::Policy(status)))
    }
}

impl Root for ForeignRoot {
    fn publish(assembly: &mut Assembly<'_>, key: &ObjectRef, out: Option<&Arc<Self::Out>>) {
        assembly.status(key, out.and_then(|out| out.as_ref().as_ref()));
    }
}
