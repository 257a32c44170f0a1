//! What becomes of policies for Gateways, listener sets and listeners, whatever routes there are.

use std::{
    collections::{BTreeMap, BTreeSet},
    marker::PhantomData,
    sync::Arc,
};

use eg_diag::ObjectRef;
use eg_ir::Name;

use super::{
    ancestor::{Outcome, PolicyUse, PolicyUses, Used},
    attach::{PoliciesOn, Scope},
    field::LoweredPolicy,
    in_use::InUse,
    kind::{Attachable, OfRoutes, Targeting},
    merge::Applied,
};
use crate::{
    assembly::Assembly,
    engine::{ReadCx, Root, Unit},
    gateway::{GatewayOf, GatewayState},
};

/// What became of the policies that have scopes.
pub(super) type Outcomes = BTreeMap<Scope, Outcome>;

/// Tells the policies of a kind that target a Gateway, its listener sets and their sections what became of them. It is for
/// kinds that routes ask for.
pub(super) struct PoliciesOfGateway<P>(PhantomData<P>);

impl<P: OfRoutes> Unit for PoliciesOfGateway<P> {
    /// The Gateway.
    type Key = ObjectRef;
    type Out = ();
    const NAME: &'static str = P::UNITS.of_gateway;
    const RANK: u8 = P::RANK + 2;

    fn compute(cx: &ReadCx<'_>, key: &ObjectRef) {
        if !*cx.unit::<InUse<P>>(&()) {
            return;
        }
        let state = cx.unit::<GatewayOf>(key);
        let Some(state) = state.as_ref().as_ref().filter(|state| state.problem.is_none()) else { return };
        let mut outcomes = BTreeMap::new();
        let held = held::<P>(cx, key, state);
        for (scope, policy) in &held {
            let lowered = cx.unit::<LoweredPolicy<P>>(&(Applied::alone(policy), P::place(key, key)));
            let overridden_in = held.keys().filter(|other| is_below(other, scope, key)).map(name).collect();
            let problems = lowered.problems.clone();
            outcomes.insert(scope.clone(), Outcome { problems, overridden_in, ..Outcome::default() });
        }
        report::<P>(cx, key, state, outcomes);
    }
}

impl<P: OfRoutes> Root for PoliciesOfGateway<P> {
    fn publish(_: &mut Assembly<'_>, _: &ObjectRef, _: Option<&Arc<()>>) {}
}

/// The scopes of a Gateway and its listener sets that policies have, with the policies.
fn held<P: Attachable>(
    cx: &ReadCx<'_>,
    gateway: &ObjectRef,
    state: &GatewayState,
) -> BTreeMap<Scope, ObjectRef> {
    let mut held = BTreeMap::new();
    let sets = state.sets.iter().filter(|set| set.allowed).map(|set| &set.object);
    for object in std::iter::once(gateway).chain(sets) {
        let claims = cx.unit::<PoliciesOn<P>>(object);
        let sections: BTreeSet<&Name> =
            state.listeners_of(object).map(|listener| &listener.section).collect();
        for (section, policies) in claims.iter() {
            let exists = section.is_none_or(|section| sections.contains(section));
            if let Some(policy) = policies.first().filter(|_| exists) {
                let scope = Scope { object: object.clone(), section: section.cloned() };
                held.insert(scope, policy.clone());
            }
        }
    }
    held
}

/// Whether one scope is a part of another one of the same Gateway.
fn is_below(lower: &Scope, upper: &Scope, gateway: &ObjectRef) -> bool {
    upper.section.is_none() && lower != upper && (upper.object == *gateway || upper.object == lower.object)
}

fn name(scope: &Scope) -> Name {
    let Scope { object, section } = scope;
    match section {
        Some(section) => Arc::clone(section),
        None => format!("{}/{}", object.namespace, object.name).into(),
    }
}

/// Tells the policies that target the Gateway, its listener sets and their sections what became of them.
pub(super) fn report<P: Targeting>(
    cx: &ReadCx<'_>,
    gateway: &ObjectRef,
    state: &GatewayState,
    mut outcomes: Outcomes,
) {
    let sets = state.sets.iter().filter(|set| set.allowed).map(|set| &set.object);
    for object in std::iter::once(gateway).chain(sets) {
        let sections: BTreeSet<&Name> =
            state.listeners_of(object).map(|listener| &listener.section).collect();
        let claims = cx.unit::<PoliciesOn<P>>(object);
        for (position, (section, policies)) in claims.iter().enumerate() {
            let missing = section.filter(|section| !sections.contains(section));
            let winner = policies.first().filter(|_| missing.is_none());
            let scope = Scope { object: object.clone(), section: section.cloned() };
            let outcome = match missing {
                Some(missing) => Outcome { missing: Some(Arc::clone(missing)), ..Outcome::default() },
                None => outcomes.remove(&scope).unwrap_or_default(),
            };
            for policy in policies {
                let member = PolicyUse {
                    user: object.clone(),
                    gateway: gateway.clone(),
                    ancestor: position,
                    lost_to: winner.filter(|winner| *winner != policy).cloned(),
                };
                let outcome = if member.lost_to.is_some() { Outcome::default() } else { outcome.clone() };
                let used = Used { ancestor: scope.reference(), outcome };
                cx.send::<PolicyUses>(policy.clone(), member, used);
            }
        }
    }
}
