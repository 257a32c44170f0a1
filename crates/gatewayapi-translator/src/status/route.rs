//! The status of routes: one entry for each parent of ours.

use std::{
    collections::BTreeSet,
    hash::{DefaultHasher, Hash, Hasher},
    marker::PhantomData,
    sync::Arc,
};

use eg_api::gateway::{RouteParentStatus, RouteStatus};
use eg_diag::{Diagnostic, ObjectRef};
use eg_resources::{Status, StatusUpdate};

use super::{condition::Conditions, outcome, update_of};
use crate::{
    assembly::Assembly,
    engine::{ReadCx, Root, Unit},
    fanout::{MatchKey, SameMatches},
    route::{
        attach::{Attached, Attachment},
        kind::RouteKind,
    },
};

/// How many routes with the same match a message names.
const MAX_NAMED: usize = 16;

/// The status of one route; `None` when no parent is ours.
pub(crate) struct RouteRoot<R>(PhantomData<R>);

impl<R: RouteKind> Unit for RouteRoot<R> {
    type Key = ObjectRef;
    type Out = Option<StatusUpdate>;
    const NAME: &'static str = R::UNITS.status;
    const RANK: u8 = 12;

    fn compute(cx: &ReadCx<'_>, key: &ObjectRef) -> Self::Out {
        let route = cx.object::<R>(key)?;
        let attachments = cx.unit::<Attached<R>>(key);
        if attachments.is_empty() {
            return None;
        }
        let generation = route.meta().generation();
        let parent = |attachment: &Attachment| RouteParentStatus {
            parent_ref: route.parent_refs().get(attachment.reference).cloned().unwrap_or_default(),
            controller_name: cx.env().settings.controller_name.to_string(),
            conditions: conditions(cx, key, attachment, generation).into_list(),
        };
        let status = RouteStatus { parents: attachments.iter().map(parent).collect() };
        Some(update_of(&*route, cx.shared(hash(&status), Status::Route(status))))
    }
}

impl<R: RouteKind> Root for RouteRoot<R> {
    fn publish(assembly: &mut Assembly<'_>, key: &ObjectRef, out: Option<&Arc<Self::Out>>) {
        assembly.status(key, out.and_then(|out| out.as_ref().as_ref()));
    }
}

/// A hash of a status; most routes of a Gateway have the same one.
fn hash(status: &RouteStatus) -> u64 {
    let mut hasher = DefaultHasher::new();
    for RouteParentStatus { parent_ref, conditions, .. } in &status.parents {
        (&parent_ref.namespace, &parent_ref.name, &parent_ref.section_name).hash(&mut hasher);
        for condition in conditions {
            (condition.observed_generation, &condition.reason, &condition.message).hash(&mut hasher);
        }
    }
    hasher.finish()
}

fn conditions(cx: &ReadCx<'_>, key: &ObjectRef, attachment: &Attachment, generation: i64) -> Conditions {
    let mut conditions = Conditions::of(generation);
    let of_type = |name: &str| -> Vec<Diagnostic> {
        let problems = attachment.problems.iter().filter(|(_, problem)| problem.code.condition == name);
        problems.map(|(_, problem)| problem.clone()).collect()
    };
    conditions.fail(&of_type("ResolvedRefs"));
    if attachment.rules.is_some() {
        let message = "All references lead to existing objects.";
        conditions.set_default("ResolvedRefs", true, "ResolvedRefs", message);
    }
    conditions.fail(&of_type("BackendsAvailable"));
    let refused = of_type("Accepted");
    let mut dropped: Vec<usize> = attachment
        .problems
        .iter()
        .filter(|(_, problem)| problem.code.condition == "Accepted")
        .map(|(rule, _)| *rule)
        .collect();
    dropped.dedup();
    if let Some(refusal) = &attachment.refusal {
        conditions.fail(std::slice::from_ref(&**refusal));
    } else if !refused.is_empty() && Some(dropped.len()) == attachment.rules {
        conditions.fail(&refused);
    } else if !refused.is_empty() {
        partially_invalid(&mut conditions, &refused, &dropped);
    }
    conditions.set_default("Accepted", true, "Accepted", "The route is accepted.");
    overlaps(cx, key, &attachment.matches, &mut conditions);
    conditions.fail(&outcome::problems(cx, key, None, &attachment.fleet));
    conditions
}

/// Some rules are good and serve requests, others are not and were dropped.
fn partially_invalid(conditions: &mut Conditions, refused: &[Diagnostic], dropped: &[usize]) {
    let mut reasons: Vec<&str> = refused.iter().map(|problem| problem.code.reason).collect();
    reasons.sort_unstable();
    reasons.dedup();
    let messages: Vec<String> = refused.iter().map(Diagnostic::sentence).collect();
    let message = format!("Dropped Rule(s) {dropped:?}: {}", messages.join("\n"));
    conditions.set("PartiallyInvalid", true, &reasons.join(","), message);
}

/// Other routes with the same match on the same hostname of a listener: the oldest one serves the requests.
fn overlaps(cx: &ReadCx<'_>, key: &ObjectRef, matches: &[MatchKey], conditions: &mut Conditions) {
    let mut others = BTreeSet::new();
    for same in matches {
        let routes = cx.group::<SameMatches>(same);
        others.extend(routes.keys().filter(|route| *route != key).take(MAX_NAMED + 1).cloned());
    }
    if others.is_empty() {
        return;
    }
    let named: Vec<String> = others.iter().take(MAX_NAMED).map(ToString::to_string).collect();
    let more = if others.len() > MAX_NAMED { " and others" } else { "" };
    let message = format!("The same matches are in {}{more}.", named.join(", "));
    conditions.set("RouteRulesOverlap", true, "RouteRulesOverlap", message);
}
