//! What each rule of a route gets, and what becomes of policies for routes.

use std::{collections::BTreeMap, sync::Arc};

use eg_api::gateway::{GROUP, ParentReference};
use eg_diag::ObjectRef;
use eg_ir::{IrKey, Name, route::HttpRoute as IrRoute};

use super::{InUse, LogIn, RouteSecurity, Security};
use crate::{
    engine::ReadCx,
    fanout::{Clusters, Secrets},
    policy::{
        ancestor::{Outcome, PolicyUse, PolicyUses, Used},
        attach::{EffectivePolicy, Holder, PoliciesOn, Scope},
        field::{Lowered, LoweredPolicy},
    },
};

/// Where a rule is served.
#[derive(Clone, Copy)]
pub(crate) struct Served<'a> {
    pub(crate) route: &'a ObjectRef,
    /// The Gateway or listener set that declares the listener.
    pub(crate) parent: &'a ObjectRef,
    pub(crate) gateway: &'a ObjectRef,
    /// The name of the listener there.
    pub(crate) section: &'a Name,
}

impl Served<'_> {
    /// The scopes that a rule is in, the most specific first.
    fn scopes(&self, rule: Option<&Name>) -> Vec<Scope> {
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
pub(crate) type InForce = Arc<Lowered<RouteSecurity>>;

/// What is in force for a rule; `None` when nothing is.
pub(crate) fn of(cx: &ReadCx<'_>, served: Served<'_>, rule: Option<&Name>) -> Option<InForce> {
    if !*cx.unit::<InUse>(&()) {
        return None;
    }
    let scopes = served.scopes(rule);
    let holders = cx.unit::<EffectivePolicy<Security>>(&scopes);
    let (Holder { policy, .. }, _) = holders.split_first()?;
    Some(cx.unit::<LoweredPolicy<Security>>(&(policy.clone(), ())))
}

/// Puts what is in force into a route; without a sound policy it answers 500.
pub(crate) fn apply(security: &InForce, route: &mut IrRoute) {
    if !security.problems.is_empty() {
        route.action = eg_ir::route::RouteAction::DirectResponse(eg_ir::route::DirectResponse::default());
    }
    route.oidc = security.slot.oidc.as_ref().map(|log_in| Arc::clone(&log_in.settings));
}

/// Sends what routes with these settings need beside themselves.
pub(crate) fn send_needs<'s>(
    cx: &ReadCx<'_>,
    route: &ObjectRef,
    fleet: &IrKey,
    security: impl Iterator<Item = &'s InForce>,
) {
    // Rules mostly share a policy.
    let log_ins = security.filter_map(|security| security.slot.oidc.as_ref());
    let log_ins: BTreeMap<&Name, &LogIn> = log_ins.map(|log_in| (&log_in.settings.name, log_in)).collect();
    for log_in in log_ins.into_values() {
        let cluster = (fleet.clone(), log_in.cluster.name.clone());
        cx.send::<Clusters>(cluster, (route.clone(), 0), Arc::clone(&log_in.cluster));
        for secret in &log_in.secrets {
            cx.send::<Secrets>((fleet.clone(), secret.name.clone()), route.clone(), Arc::clone(secret));
        }
    }
}

/// Tells the policies that target a route and its rules what became of them at one parent, and those of its listeners and
/// Gateways that this route has its own.
pub(crate) fn report(
    cx: &ReadCx<'_>,
    route: &ObjectRef,
    gateway: &ObjectRef,
    (position, reference): (usize, &ParentReference),
    rules: impl FnOnce() -> Vec<Name>,
) {
    if !*cx.unit::<InUse>(&()) {
        return;
    }
    let rules = rules();
    let claims = cx.unit::<PoliciesOn<Security>>(route);
    let ancestor = ParentReference {
        group: Some(GROUP.to_owned()),
        kind: Some(reference.kind().to_owned()),
        namespace: Some(reference.namespace.clone().unwrap_or_else(|| route.namespace.to_string())),
        ..reference.clone()
    };
    let of_rules = claims.iter().filter_map(|(section, _)| section).filter(|rule| rules.contains(rule));
    let of_rules: Vec<Name> = of_rules.cloned().collect();
    for (number, (section, policies)) in claims.iter().enumerate() {
        let missing = section.filter(|section| !rules.contains(section));
        let winner = policies.first().filter(|_| missing.is_none());
        for policy in policies {
            let lost_to = winner.filter(|winner| *winner != policy).cloned();
            let mut outcome = Outcome { missing: missing.cloned(), ..Outcome::default() };
            if lost_to.is_none() && missing.is_none() {
                let lowered = cx.unit::<LoweredPolicy<Security>>(&(policy.clone(), ()));
                outcome.problems.clone_from(&lowered.problems);
                if section.is_none() {
                    outcome.overridden_in.extend(of_rules.iter().cloned());
                }
            }
            let member = PolicyUse {
                user: route.clone(),
                gateway: gateway.clone(),
                ancestor: position * claims.iter().count() + number,
                lost_to,
            };
            cx.send::<PolicyUses>(policy.clone(), member, Used { ancestor: ancestor.clone(), outcome });
        }
    }
    if claims.at(None).is_empty() {
        return;
    }
    let whole = Scope::whole(gateway);
    if let Some(policy) = cx.unit::<PoliciesOn<Security>>(gateway).at(None).first() {
        let overridden: Name = format!("{}/{}", route.namespace, route.name).into();
        let outcome = Outcome { overridden_in: [overridden].into(), ..Outcome::default() };
        let member =
            PolicyUse { user: route.clone(), gateway: gateway.clone(), ancestor: position, lost_to: None };
        cx.send::<PolicyUses>(policy.clone(), member, Used { ancestor: whole.reference(), outcome });
    }
}
