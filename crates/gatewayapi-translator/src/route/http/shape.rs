//! What policies say about the routes of a rule, where they are served.

use std::{collections::BTreeMap, sync::Arc};

use eg_ir::{IrKey, Name, route::HttpRoute as IrRoute};

use super::{LoweredMatch, direct_response};
use crate::{
    engine::ReadCx,
    fanout::{Clusters, Secrets},
    policy::{
        BackendTraffic,
        in_use::InUse,
        route::{InForce, Served, in_force},
        security::{LogIn, Security},
    },
    route::kind::Place,
};

/// What policies of each kind say about a rule.
#[derive(Clone)]
pub(super) struct Shape {
    security: Option<InForce<Security>>,
    traffic: Option<InForce<BackendTraffic>>,
}

/// What policies say about each rule, by its position; rules that no policy is for are left out.
pub(super) fn of_rules(cx: &ReadCx<'_>, place: &Place<'_>, matches: &[LoweredMatch]) -> BTreeMap<u32, Shape> {
    let mut found = BTreeMap::new();
    if !*cx.unit::<InUse<Security>>(&()) && !*cx.unit::<InUse<BackendTraffic>>(&()) {
        return found;
    }
    let listener = place.listener;
    let served = Served {
        route: place.route,
        parent: &listener.parent,
        gateway: &listener.origin.object,
        section: &listener.section,
    };
    let mut last = None;
    for lowered in matches {
        let (rule, _) = lowered.position;
        if last == Some(rule) {
            continue;
        }
        last = Some(rule);
        let name = lowered.route.origin.section.as_ref();
        let shape = Shape { security: in_force(cx, served, name), traffic: in_force(cx, served, name) };
        if shape.security.is_some() || shape.traffic.is_some() {
            found.insert(rule, shape);
        }
    }
    send_log_ins(cx, place, place.fleet(), found.values());
    found
}

impl Shape {
    /// Does to a route what the policies say; without sound ones it answers 500.
    pub(super) fn apply(&self, route: &mut IrRoute) {
        let Self { security, traffic } = self;
        if let Some(security) = security {
            if !security.lowered.problems.is_empty() {
                route.action = direct_response::refused();
            }
            route.oidc = security.lowered.slot.oidc.as_ref().map(|log_in| Arc::clone(&log_in.settings));
        }
        if let Some(traffic) = traffic {
            if traffic.lowered.problems.is_empty() {
                let of_route = &traffic.lowered.slot.route;
                route.traffic = (!of_route.is_empty()).then(|| Arc::clone(of_route));
                route.policies.push(traffic.policy.clone());
            } else {
                route.action = direct_response::refused();
            }
        }
    }
}

/// Sends what routes that ask for log-ins need beside themselves.
fn send_log_ins<'s>(
    cx: &ReadCx<'_>,
    place: &Place<'_>,
    fleet: &IrKey,
    shapes: impl Iterator<Item = &'s Shape>,
) {
    // Rules mostly share a policy.
    let log_ins = shapes.filter_map(|shape| shape.security.as_ref()?.lowered.slot.oidc.as_ref());
    let log_ins: BTreeMap<&Name, &LogIn> = log_ins.map(|log_in| (&log_in.settings.name, log_in)).collect();
    for log_in in log_ins.into_values() {
        let cluster = (fleet.clone(), log_in.cluster.name.clone());
        cx.send::<Clusters>(cluster, (place.route.clone(), 0), Arc::clone(&log_in.cluster));
        for secret in &log_in.secrets {
            let name = (fleet.clone(), secret.name.clone());
            cx.send::<Secrets>(name, place.route.clone(), Arc::clone(secret));
        }
    }
}
