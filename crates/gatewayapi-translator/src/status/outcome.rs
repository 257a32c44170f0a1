//! What became of an object after translation, as far as its status has to say it.
//!
//! Emission and proxies find out things that translation cannot know. The runtime puts them into the store as
//! [`Outcome`]s, and the units that write statuses read them here; no other unit may.

use std::sync::Arc;

use eg_diag::{Diagnostic, ObjectRef};
use eg_ir::IrKey;
use eg_resources::{Aspect, Object, Outcome};

use crate::engine::ReadCx;

/// What is known of an object for a fleet.
pub(crate) fn of(cx: &ReadCx<'_>, object: &ObjectRef, fleet: &IrKey) -> Vec<Arc<Outcome>> {
    let known = cx.referrers(Outcome::KIND, object).into_iter();
    known
        .filter_map(|key| cx.object::<Outcome>(&key))
        .filter(|outcome| outcome.fleet.is_empty() || *outcome.fleet == *fleet.0)
        .collect()
}

/// What is wrong with what was made of an object, or only of one section of it.
pub(crate) fn problems(
    cx: &ReadCx<'_>,
    object: &ObjectRef,
    section: Option<&str>,
    fleet: &IrKey,
) -> Vec<Diagnostic> {
    let outcomes = of(cx, object, fleet);
    let all = outcomes.iter().filter(|outcome| outcome.aspect != Aspect::Patches);
    let all = all.flat_map(|outcome| &outcome.problems);
    let concerned = all.filter(|problem| {
        section.is_none_or(|section| problem.section.as_deref().is_none_or(|of| of == section))
    });
    let mut diagnostics: Vec<Diagnostic> = concerned.map(|problem| problem.diagnostic.clone()).collect();
    diagnostics.sort();
    diagnostics.dedup();
    diagnostics
}
