//! What policies say about the routes of a rule, where they are served.

use std::{collections::BTreeMap, sync::Arc};

use eg_ir::{
    Extension, FeatureId, IrKey, Name,
    route::{HttpRoute as IrRoute, RouteSecurity},
};

use super::{LoweredMatch, direct_response};
use crate::{
    engine::ReadCx,
    fanout::send_secret,
    policy::{
        BackendTraffic,
        extension::Extensions,
        route::{InForce, Policies, Served},
        security::Security,
    },
    route::{attach::send_cluster, destination::PlannedCluster, kind::Place},
};

/// What policies of each kind say about a rule.
#[derive(Clone)]
pub(super) struct Shape {
    security: Option<InForce<Security>>,
    traffic: Option<InForce<BackendTraffic>>,
    extensions: OfExtensions,
}

/// What EnvoyExtensionPolicies say about a rule.
#[derive(Clone, Default)]
struct OfExtensions {
    /// Whether one of them refuses requests.
    refuses: bool,
    /// The first one that does not.
    sound: Option<InForce<Extensions>>,
}

impl OfExtensions {
    fn new(policies: &Policies<'_, '_, Extensions>, served: Served<'_>, rule: Option<&Name>) -> Self {
        let mut found = Self::default();
        // One that refuses requests leaves the place to the next one, so that its code does run.
        for in_force in policies.all(served, rule) {
            if !in_force.refuses() {
                found.sound = Some(in_force);
                break;
            }
            found.refuses = true;
        }
        found
    }

    fn is_empty(&self) -> bool {
        !self.refuses && self.sound.is_none()
    }
}

/// What policies say about each rule, by its position; rules that no policy is for are left out.
pub(super) fn of_rules(cx: &ReadCx<'_>, place: &Place<'_>, matches: &[LoweredMatch]) -> BTreeMap<u32, Shape> {
    let mut found = BTreeMap::new();
    let security = Policies::<Security>::in_use(cx);
    let traffic = Policies::<BackendTraffic>::in_use(cx);
    let extensions = Policies::<Extensions>::in_use(cx);
    if security.is_none() && traffic.is_none() && extensions.is_none() {
        return found;
    }
    let served = Served::by(place.route, place.listener);
    let mut last = None;
    for lowered in matches {
        let (rule, _) = lowered.position;
        if last == Some(rule) {
            continue;
        }
        last = Some(rule);
        let name = lowered.route.origin.section.as_ref();
        let shape = Shape {
            security: security.as_ref().and_then(|policies| policies.in_force(served, name)),
            traffic: traffic.as_ref().and_then(|policies| policies.in_force(served, name)),
            extensions: extensions
                .as_ref()
                .map(|policies| OfExtensions::new(policies, served, name))
                .unwrap_or_default(),
        };
        if shape.security.is_some() || shape.traffic.is_some() || !shape.extensions.is_empty() {
            found.insert(rule, shape);
        }
    }
    send_security(cx, place, place.fleet(), found.values());
    send_services(cx, place, found.values());
    found
}

impl Shape {
    /// Whether routes serve CONNECT requests alone.
    pub(super) fn serves_connect(&self) -> bool {
        self.traffic.as_ref().is_some_and(|traffic| traffic.lowered.slot.route.serves_connect())
    }

    /// Does to a route what the policies say; without sound ones it answers 500.
    pub(super) fn apply(&self, route: &mut IrRoute) {
        let Self { security, traffic, extensions } = self;
        if let Some(security) = security {
            if security.lowered.is_closed() {
                route.action = direct_response::refused();
            }
            // What is sound of a policy goes before the refusal.
            let settings = &security.lowered.slot.settings;
            route.security = (**settings != RouteSecurity::default()).then(|| Arc::clone(settings));
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
        if extensions.refuses {
            route.action = direct_response::refused();
        }
        let processors = extensions.sound.as_ref().map(|sound| &sound.lowered.slot.processors);
        route.processors = processors.filter(|processors| !processors.is_empty()).cloned();
    }

    /// What the listener needs to have with settings that routes share.
    pub(super) fn needs(&self) -> Vec<&(FeatureId, Name, Arc<Extension>)> {
        let code = self.extensions.sound.iter().flat_map(|sound| &sound.lowered.slot.needs);
        let traffic = self.traffic.iter().flat_map(|traffic| &traffic.lowered.slot.needs);
        code.chain(traffic).collect()
    }
}

/// Does not tell clients of the limits of a route.
pub(super) fn hide_limits(route: &mut IrRoute) {
    if let Some(traffic) = route.traffic.as_mut().filter(|traffic| traffic.local_rate_limit.is_some())
        && let Some(limit) = &mut Arc::make_mut(traffic).local_rate_limit
    {
        limit.hides_limits = true;
    }
}

/// Sends what routes need beside themselves to be secure.
fn send_security<'s>(
    cx: &ReadCx<'_>,
    place: &Place<'_>,
    fleet: &IrKey,
    shapes: impl Iterator<Item = &'s Shape>,
) {
    let mut sent = Vec::new();
    for security in shapes.filter_map(|shape| shape.security.as_ref()) {
        // Rules mostly share a policy.
        if sent.iter().any(|known| Arc::ptr_eq(known, &security.lowered)) {
            continue;
        }
        sent.push(Arc::clone(&security.lowered));
        for planned in &security.lowered.slot.clusters {
            send_cluster(cx, place.route, fleet, planned);
        }
        for secret in &security.lowered.slot.secrets {
            send_secret(cx, place.route, fleet, secret);
        }
    }
}

/// Sends the clusters of the services that requests pass through.
fn send_services<'s>(cx: &ReadCx<'_>, place: &Place<'_>, shapes: impl Iterator<Item = &'s Shape>) {
    let sound = shapes.filter_map(|shape| shape.extensions.sound.as_ref());
    let clusters = sound.flat_map(|sound| &sound.lowered.slot.clusters);
    let clusters: BTreeMap<&Name, &PlannedCluster> =
        clusters.map(|planned| (&planned.cluster.name, planned)).collect();
    for planned in clusters.into_values() {
        send_cluster(cx, place.route, place.fleet(), planned);
    }
}
