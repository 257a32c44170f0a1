//! The status of policies: an entry for each ancestor that uses the policy, whatever its kind.

use std::{collections::BTreeSet, marker::PhantomData, sync::Arc};

use eg_diag::{Code, Diagnostic, FieldPath, ObjectRef};
use eg_ir::Name;
use eg_resources::{Object, Status, StatusUpdate};

use super::{
    ancestor::{Outcome, PolicyUses, Verdict, verdicts},
    field::warnings,
    kind::Attachable,
};
use crate::{
    assembly::Assembly,
    engine::{ReadCx, Root, Unit},
    status::{condition::Conditions, policy::status, update_of},
};

static CONFLICTED: Code = Code::error("policy-conflict", "Accepted", "Conflicted");
static TARGET_NOT_FOUND: Code = Code::error("policy-target-not-found", "Accepted", "TargetNotFound");
static DEPRECATED: Code = Code::warning("deprecated-field", "Warning", "DeprecatedField");

/// A warning that a field is deprecated, and what to use instead.
pub(super) fn deprecated(path: FieldPath, instead: &FieldPath) -> Diagnostic {
    Diagnostic::new(&DEPRECATED, path, format!("this field is deprecated; use {instead}"))
}

/// The status of an object by those who use it as a policy; `None` while nobody does.
pub(crate) fn by_uses<K: Object>(
    cx: &ReadCx<'_>,
    key: &ObjectRef,
    conditions: impl Fn(&K, Verdict<'_>) -> Conditions,
) -> Option<StatusUpdate> {
    let uses = cx.group::<PolicyUses>(key);
    if uses.is_empty() {
        return None;
    }
    let object = cx.object::<K>(key)?;
    let status = status(&cx.env().settings, verdicts(&uses), |verdict| conditions(&object, verdict));
    Some(update_of(&*object, Status::Policy(status)))
}

/// The status of one policy with fields; `None` while nothing that it targets is ours.
pub(crate) struct PolicyRoot<P>(PhantomData<P>);

impl<P: Attachable> Unit for PolicyRoot<P> {
    type Key = ObjectRef;
    type Out = Option<StatusUpdate>;
    const NAME: &'static str = P::UNITS.status;
    const RANK: u8 = 13;

    fn compute(cx: &ReadCx<'_>, key: &ObjectRef) -> Self::Out {
        by_uses::<P::Object>(cx, key, |policy, verdict| {
            conditions(policy.meta().generation(), verdict, || attention::<P>(cx, policy))
        })
    }
}

impl<P: Attachable> Root for PolicyRoot<P> {
    fn publish(assembly: &mut Assembly<'_>, key: &ObjectRef, out: Option<&Arc<Self::Out>>) {
        assembly.status(key, out.and_then(|out| out.as_ref().as_ref()));
    }
}

/// What of a policy deserves attention although nothing is wrong with it.
fn attention<P: Attachable>(cx: &ReadCx<'_>, policy: &P::Object) -> Vec<Diagnostic> {
    let mut attention = warnings::<P>(cx.env(), policy);
    if P::targets(policy).target_ref.is_some() {
        let (at, instead) = (FieldPath::spec().field("targetRef"), FieldPath::spec().field("targetRefs"));
        attention.push(deprecated(at, &instead));
    }
    attention
}

/// The conditions of a policy at one of its ancestors.
pub(super) fn conditions(
    generation: i64,
    verdict: Verdict<'_>,
    attention: impl FnOnce() -> Vec<Diagnostic>,
) -> Conditions {
    let mut conditions = Conditions::of(generation);
    let Verdict { lost_to, outcome } = verdict;
    let Outcome { problems, warnings, mut overridden_in, missing, merged_over, merged_by, is_part } = outcome;
    if let Some(section) = missing {
        let message = format!("the target has no section {section}");
        conditions.fail(&[Diagnostic::new(&TARGET_NOT_FOUND, FieldPath::root(), message)]);
        return conditions;
    }
    if let Some(winner) = lost_to {
        let message = format!("{winner} has the same target and goes first");
        conditions.fail(&[Diagnostic::new(&CONFLICTED, FieldPath::root(), message)]);
        return conditions;
    }
    if let Some(over) = merged_over {
        conditions.set("Merged", true, "Merged", format!("The policy is merged over {over}."));
    } else if !merged_by.is_empty() {
        let message = format!("Policies of these routes are merged over this one: {}.", listed(&merged_by));
        conditions.set("Merged", true, "Merged", message);
    }
    // A route may use the policy at one listener, and have its own at another one.
    overridden_in.retain(|section| !merged_by.contains(section));
    if !overridden_in.is_empty() {
        let message = format!("More specific policies are in force in: {}.", listed(&overridden_in));
        conditions.set("Overridden", true, "Overridden", message);
    }
    conditions.fail(&problems);
    if !is_part {
        conditions.set_default("Accepted", true, "Accepted", "The policy is applied.");
        conditions.warn(&[warnings, attention()].concat());
    }
    conditions
}

fn listed(names: &BTreeSet<Name>) -> String {
    names.iter().map(|name| &**name).collect::<Vec<_>>().join(", ")
}
