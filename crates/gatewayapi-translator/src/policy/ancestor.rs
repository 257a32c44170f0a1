//! Who uses a policy. Each use becomes part of an entry in the status of the policy.

use std::collections::BTreeSet;

use eg_api::gateway::ParentReference;
use eg_diag::{Diagnostic, ObjectRef};
use eg_ir::{Name, Ordered};

use crate::{
    engine::{Group, ReadCx},
    status::policy::Ancestors,
};

/// An object as the statuses of policies show it.
pub(crate) fn reference(object: &ObjectRef) -> ParentReference {
    ParentReference {
        group: Some(object.kind.group.to_owned()),
        kind: Some(object.kind.kind.to_owned()),
        namespace: Some(object.namespace.to_string()).filter(|namespace| !namespace.is_empty()),
        name: object.name.to_string(),
        ..ParentReference::default()
    }
}

/// The uses of a policy, sent by the units that apply it or that prefer another one.
pub(crate) struct PolicyUses;

impl Group for PolicyUses {
    /// The policy.
    type Key = ObjectRef;
    type Member = PolicyUse;
    type Value = Used;
}

/// One use of a policy.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct PolicyUse {
    /// The object that uses it, and the Gateway for which it does.
    pub(crate) user: ObjectRef,
    pub(crate) gateway: ObjectRef,
    /// Tells the ancestors of the user apart.
    pub(crate) ancestor: usize,
    /// The policy that is applied instead; absent when this one is.
    pub(crate) lost_to: Option<ObjectRef>,
}

/// Where a policy is used, and what came of it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Used {
    /// The ancestor, as the status shows it.
    pub(crate) ancestor: ParentReference,
    pub(crate) outcome: Outcome,
}

/// What came of a policy somewhere. The default is that it is in force.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Outcome {
    /// What is wrong with it.
    pub(crate) problems: Vec<Diagnostic>,
    /// What of it is not done, although nothing is wrong with it.
    pub(crate) warnings: Vec<Diagnostic>,
    /// The sections where a more specific policy is in force instead.
    pub(crate) overridden_in: BTreeSet<Name>,
    /// The section that it names and that does not exist.
    pub(crate) missing: Option<Name>,
    /// The policy that it is merged over.
    pub(crate) merged_over: Option<ObjectRef>,
    /// The routes whose policies are merged over it.
    pub(crate) merged_by: BTreeSet<Name>,
    /// Whether this is not about the whole policy: it says nothing about whether the policy is accepted there.
    pub(crate) is_part: bool,
}

/// What is known of a policy at one of its ancestors.
#[derive(Clone, Debug)]
pub(crate) struct Verdict<'a> {
    /// The policy that is applied instead.
    pub(crate) lost_to: Option<&'a ObjectRef>,
    pub(crate) outcome: Outcome,
}

/// The ancestors of a policy. A policy that is applied somewhere at an ancestor did not lose there.
pub(crate) fn verdicts(uses: &Ordered<PolicyUse, Used>) -> Ancestors<Verdict<'_>> {
    let mut ancestors = Ancestors::default();
    for (PolicyUse { lost_to, .. }, Used { ancestor, outcome }) in uses.iter() {
        let new = || Verdict {
            lost_to: lost_to.as_ref(),
            outcome: Outcome { is_part: true, ..Outcome::default() },
        };
        let verdict = ancestors.entry(ancestor, new);
        if lost_to.is_none() {
            verdict.lost_to = None;
        }
        let Outcome { problems, warnings, overridden_in, missing, merged_over, merged_by, is_part } = outcome;
        let known = &mut verdict.outcome;
        for problem in problems {
            add(&mut known.problems, problem);
        }
        for warning in warnings {
            add(&mut known.warnings, warning);
        }
        known.overridden_in.extend(overridden_in.iter().cloned());
        known.missing = known.missing.take().or_else(|| missing.clone());
        known.merged_over = known.merged_over.take().or_else(|| merged_over.clone());
        known.merged_by.extend(merged_by.iter().cloned());
        known.is_part &= is_part;
    }
    ancestors
}

/// Adds a problem that is not known yet: the places of one policy mostly have the same ones.
pub(super) fn add(problems: &mut Vec<Diagnostic>, problem: &Diagnostic) {
    if !problems.contains(problem) {
        problems.push(problem.clone());
    }
}

/// An object that uses backends, for one Gateway.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Consumer<'a> {
    /// The object that contains the references.
    pub(crate) object: &'a ObjectRef,
    /// The Gateway that sends the requests.
    pub(crate) gateway: &'a ObjectRef,
    /// Its ancestors at that Gateway, as statuses show them.
    pub(crate) ancestors: &'a [ParentReference],
}

impl Consumer<'_> {
    /// Tells policies, the one that is applied first, that this object uses them.
    pub(crate) fn uses(&self, cx: &ReadCx<'_>, policies: &[ObjectRef]) {
        let Some(applied) = policies.first() else { return };
        for policy in policies {
            let lost_to = (policy != applied).then_some(applied);
            self.report(cx, policy, lost_to, &Outcome::default());
        }
    }

    /// Tells a policy what came of it for this object.
    pub(crate) fn report(
        &self,
        cx: &ReadCx<'_>,
        policy: &ObjectRef,
        lost_to: Option<&ObjectRef>,
        outcome: &Outcome,
    ) {
        for (ancestor, reference) in self.ancestors.iter().enumerate() {
            let member = PolicyUse {
                user: self.object.clone(),
                gateway: self.gateway.clone(),
                ancestor,
                lost_to: lost_to.cloned(),
            };
            let used = Used { ancestor: reference.clone(), outcome: outcome.clone() };
            cx.send::<PolicyUses>(policy.clone(), member, used);
        }
    }
}
