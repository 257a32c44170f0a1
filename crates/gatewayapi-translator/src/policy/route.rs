//! What each rule of a route gets of a kind of policy, and what becomes of policies for routes.
//!
//! Of the policies for a rule, one that names it is in force, then one for its route, for its listener, for its listener set
//! and for its Gateway. A policy for a rule or a route may be merged over the one that would be in force for the listener.

use std::{collections::BTreeSet, marker::PhantomData, sync::Arc};

use eg_api::gateway::{GROUP, ParentReference};
use eg_diag::ObjectRef;
use eg_ir::Name;

use super::{
    ancestor::{Outcome, PolicyUse, PolicyUses, Used},
    attach::{Claims, EffectivePolicy, Holder, PoliciesOn, Scope},
    field::{Lowered, LoweredPolicy},
    in_use::InUse,
    kind::{Attachable, OfRoutes, PolicyKind},
    merge::Applied,
};
use crate::{engine::ReadCx, gateway::view::BindListener};

/// Where the rules of a route are served.
#[derive(Clone, Copy)]
pub(crate) struct Served<'a> {
    pub(crate) route: &'a ObjectRef,
    /// The Gateway or listener set that declares the listener.
    pub(crate) parent: &'a ObjectRef,
    pub(crate) gateway: &'a ObjectRef,
    /// The name of the listener there.
    pub(crate) section: &'a Name,
}

impl<'a> Served<'a> {
    /// A route that a listener serves.
    pub(crate) fn by(route: &'a ObjectRef, listener: &'a BindListener) -> Self {
        let BindListener { parent, section, origin, .. } = listener;
        Self { route, parent, gateway: &origin.object, section }
    }

    /// The scopes that a rule is in, the most specific first.
    pub(super) fn scopes(&self, rule: Option<&Name>) -> Vec<Scope> {
        let mut scopes: Vec<Scope> = rule.map(|rule| Scope::section(self.route, rule)).into_iter().collect();
        scopes.extend([
            Scope::whole(self.route),
            Scope::section(self.parent, self.section),
            Scope::whole(self.parent),
        ]);
        if self.parent != self.gateway {
            scopes.push(Scope::whole(self.gateway));
        }
        scopes
    }
}

/// What the policy in force comes to.
pub(crate) struct InForce<P: PolicyKind> {
    /// The policy that is named where policies are; one that it is merged over is not.
    pub(crate) policy: ObjectRef,
    pub(crate) lowered: Arc<Lowered<P::Slot>>,
}

impl<P: PolicyKind> Clone for InForce<P> {
    fn clone(&self) -> Self {
        Self { policy: self.policy.clone(), lowered: Arc::clone(&self.lowered) }
    }
}

/// The policies of a kind, where there are some. Who has it has asked for that, once for all rules of a route.
pub(crate) struct Policies<'c, 'e, P> {
    cx: &'c ReadCx<'e>,
    kind: PhantomData<P>,
}

impl<'c, 'e, P: OfRoutes> Policies<'c, 'e, P> {
    /// The policies of the kind; `None` when there are none, so that routes do not look for theirs.
    pub(crate) fn in_use(cx: &'c ReadCx<'e>) -> Option<Self> {
        cx.unit::<InUse<P>>(&()).then_some(Self { cx, kind: PhantomData })
    }

    /// What is in force for a rule; `None` when nothing is.
    pub(crate) fn in_force(&self, served: Served<'_>, rule: Option<&Name>) -> Option<InForce<P>> {
        self.all(served, rule).next()
    }

    /// What is in force for a rule, and then what would be without that, and so on.
    pub(crate) fn all(&self, served: Served<'_>, rule: Option<&Name>) -> impl Iterator<Item = InForce<P>> {
        let cx = self.cx;
        let scopes = served.scopes(rule);
        let holders = cx.unit::<EffectivePolicy<P>>(&scopes);
        (0..holders.len()).filter_map(move |position| {
            let Holder { policy, scope } = holders.get(position)?;
            let is_own = scopes.get(*scope)?.object == *served.route;
            let over = if is_own { parent::<P>(cx, policy, served, &scopes, &holders) } else { None };
            let applied = Applied { policy: policy.clone(), over };
            let lowered = cx.unit::<LoweredPolicy<P>>(&(applied, P::place(served.route, served.gateway)));
            Some(InForce { policy: policy.clone(), lowered })
        })
    }
}

/// The policy over which that of a route or a rule is merged.
fn parent<P: Attachable>(
    cx: &ReadCx<'_>,
    policy: &ObjectRef,
    served: Served<'_>,
    scopes: &[Scope],
    holders: &[Holder],
) -> Option<ObjectRef> {
    let object = cx.object::<P::Object>(policy)?;
    P::merge_type(P::spec(&object))?;
    let is_parent =
        |holder: &&Holder| scopes.get(holder.scope).is_some_and(|scope| scope.object != *served.route);
    holders.iter().find(is_parent).map(|holder| holder.policy.clone())
}

/// A route at one of its parents.
pub(crate) struct AtParent<'a> {
    pub(crate) route: &'a ObjectRef,
    /// The Gateway or listener set that the route names.
    pub(crate) parent: &'a ObjectRef,
    pub(crate) gateway: &'a ObjectRef,
    /// The position of the reference in the route.
    pub(crate) position: usize,
    pub(crate) reference: &'a ParentReference,
    /// The names of the listeners of the parent that serve the route.
    pub(crate) listeners: &'a [&'a Name],
}

impl AtParent<'_> {
    /// The parent as statuses show it, narrowed to the section that the route names.
    fn ancestor(&self) -> ParentReference {
        let Self { route, reference, .. } = self;
        ParentReference {
            group: Some(GROUP.to_owned()),
            kind: Some(reference.kind().to_owned()),
            namespace: Some(reference.namespace.clone().unwrap_or_else(|| route.namespace.to_string())),
            ..(*reference).clone()
        }
    }
}

/// How many entries a route adds to the status of a policy for one parent at most.
const STRIDE: usize = 1 << 16;

/// What one route tells policies at one parent.
struct Report<'a, 'e> {
    cx: &'a ReadCx<'e>,
    at: &'a AtParent<'a>,
    sent: usize,
}

impl Report<'_, '_> {
    fn send(
        &mut self,
        policy: &ObjectRef,
        ancestor: ParentReference,
        lost_to: Option<ObjectRef>,
        outcome: Outcome,
    ) {
        let member = PolicyUse {
            user: self.at.route.clone(),
            gateway: self.at.gateway.clone(),
            ancestor: self.at.position * STRIDE + self.sent,
            lost_to,
        };
        self.sent += 1;
        self.cx.send::<PolicyUses>(policy.clone(), member, Used { ancestor, outcome });
    }
}

/// Tells the policies that target a route and its rules what became of them at one parent, and those of its listeners and
/// Gateways that this route has its own.
pub(crate) fn report<P: OfRoutes>(cx: &ReadCx<'_>, at: &AtParent<'_>, rules: impl FnOnce() -> Vec<Name>) {
    if !*cx.unit::<InUse<P>>(&()) {
        return;
    }
    let claims = cx.unit::<PoliciesOn<P>>(at.route);
    if claims.iter().next().is_none() {
        return;
    }
    let rules = rules();
    let mut report = Report { cx, at, sent: 0 };
    let mut merged = BTreeSet::new();
    for (section, policies) in claims.iter() {
        let missing = section.filter(|section| !rules.contains(section)).cloned();
        let Some(winner) = policies.first() else { continue };
        for policy in policies {
            let lost_to = Some(winner).filter(|winner| missing.is_none() && *winner != policy).cloned();
            let outcome = Outcome { missing: missing.clone(), ..Outcome::default() };
            if lost_to.is_some() || missing.is_some() {
                report.send(policy, at.ancestor(), lost_to, outcome);
            }
        }
        if missing.is_none() {
            let overridden_in = if section.is_none() { overriding(&claims, &rules) } else { BTreeSet::new() };
            let outcome = Outcome { overridden_in, ..Outcome::default() };
            winner_of::<P>(&mut report, winner, outcome, &mut merged);
        }
    }
    let exists = |section: Option<&Name>| section.is_none_or(|section| rules.contains(section));
    if claims.iter().any(|(section, _)| exists(section)) {
        overridden::<P>(&mut report, &merged);
    }
}

/// The rules that have policies of their own.
fn overriding(claims: &Claims, rules: &[Name]) -> BTreeSet<Name> {
    let sections = claims.iter().filter_map(|(section, _)| section);
    sections.filter(|rule| rules.contains(rule)).cloned().collect()
}

/// Tells a policy of the route what became of it, for each listener where it is merged, and notes what it is merged over.
fn winner_of<P: OfRoutes>(
    report: &mut Report<'_, '_>,
    policy: &ObjectRef,
    mut outcome: Outcome,
    merged: &mut BTreeSet<ObjectRef>,
) {
    let (cx, at) = (report.cx, report.at);
    let mut alone = at.listeners.is_empty();
    for listener in at.listeners {
        let served = Served { route: at.route, parent: at.parent, gateway: at.gateway, section: listener };
        let scopes = served.scopes(None);
        let holders = cx.unit::<EffectivePolicy<P>>(&scopes);
        let Some(over) = parent::<P>(cx, policy, served, &scopes, &holders) else {
            alone = true;
            continue;
        };
        let applied = Applied { policy: policy.clone(), over: Some(over.clone()) };
        let lowered = cx.unit::<LoweredPolicy<P>>(&(applied, P::place(at.route, at.gateway)));
        // What cannot be used is not merged either.
        let is_sound = lowered.problems.is_empty();
        let of_listener = Outcome {
            problems: lowered.problems.clone(),
            merged_over: Some(over.clone()).filter(|_| is_sound),
            is_part: true,
            ..Outcome::default()
        };
        let ancestor = ParentReference { section_name: Some(listener.to_string()), ..at.ancestor() };
        report.send(policy, ancestor, None, of_listener);
        merged.extend(Some(over).filter(|_| is_sound));
    }
    if alone {
        outcome.problems.clone_from(
            &cx.unit::<LoweredPolicy<P>>(&(Applied::alone(policy), P::place(at.route, at.gateway))).problems,
        );
    }
    report.send(policy, at.ancestor(), None, outcome);
}

/// Tells the policies of the parent, its listeners and its Gateway that this route has its own, or is merged over them.
fn overridden<P: Attachable>(report: &mut Report<'_, '_>, merged: &BTreeSet<ObjectRef>) {
    let (cx, at) = (report.cx, report.at);
    let route: Name = format!("{}/{}", at.route.namespace, at.route.name).into();
    let named = at.reference.section_name.as_deref();
    let mut scopes = Vec::new();
    for (section, policies) in cx.unit::<PoliciesOn<P>>(at.parent).iter() {
        let serves =
            |section: &Name| at.listeners.contains(&section) && named.is_none_or(|named| *named == **section);
        if section.is_none_or(serves)
            && let Some(policy) = policies.first()
        {
            scopes.push((Scope { object: at.parent.clone(), section: section.cloned() }, policy.clone()));
        }
    }
    if at.parent != at.gateway
        && let Some(policy) = cx.unit::<PoliciesOn<P>>(at.gateway).at(None).first()
    {
        scopes.push((Scope::whole(at.gateway), policy.clone()));
    }
    for (scope, policy) in scopes {
        let mut outcome = Outcome { is_part: true, ..Outcome::default() };
        if merged.contains(&policy) {
            outcome.merged_by.insert(Arc::clone(&route));
        } else {
            outcome.overridden_in.insert(Arc::clone(&route));
        }
        report.send(&policy, scope.reference(), None, outcome);
    }
}
