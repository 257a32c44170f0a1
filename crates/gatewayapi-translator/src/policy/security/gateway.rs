//! What becomes of policies for Gateways, listener sets and listeners, whatever routes there are.

use std::{collections::BTreeMap, sync::Arc};

use eg_diag::ObjectRef;

use super::{InUse, Security};
use crate::{
    assembly::Assembly,
    engine::{ReadCx, Root, Unit},
    gateway::GatewayOf,
    policy::{
        ancestor::Outcome,
        attach::{PoliciesOn, Scope},
        client_traffic::listener::report,
        field::LoweredPolicy,
    },
};

/// Tells the policies that target a Gateway, its listener sets and their sections what became of them.
pub(super) struct GatewaySecurity;

impl Unit for GatewaySecurity {
    /// The Gateway.
    type Key = ObjectRef;
    type Out = ();
    const NAME: &'static str = "gateway_security";
    const RANK: u8 = 5;

    fn compute(cx: &ReadCx<'_>, key: &ObjectRef) {
        if !*cx.unit::<InUse>(&()) {
            return;
        }
        let state = cx.unit::<GatewayOf>(key);
        let Some(state) = state.as_ref().as_ref().filter(|state| state.problem.is_none()) else { return };
        let mut outcomes = BTreeMap::new();
        let sets = state.sets.iter().filter(|set| set.allowed).map(|set| &set.object);
        for object in std::iter::once(key).chain(sets) {
            for (section, policies) in cx.unit::<PoliciesOn<Security>>(object).iter() {
                let Some(policy) = policies.first() else { continue };
                let lowered = cx.unit::<LoweredPolicy<Security>>(&(policy.clone(), ()));
                let scope = Scope { object: object.clone(), section: section.cloned() };
                outcomes.insert(scope, Outcome { problems: lowered.problems.clone(), ..Outcome::default() });
            }
        }
        report::<Security>(cx, key, state, outcomes);
    }
}

impl Root for GatewaySecurity {
    fn publish(_: &mut Assembly<'_>, _: &ObjectRef, _: Option<&Arc<()>>) {}
}
