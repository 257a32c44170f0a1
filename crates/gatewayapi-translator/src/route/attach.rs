//! Attachment: what a route sends to its virtual hosts, clusters and listeners.

use std::{collections::BTreeMap, marker::PhantomData, sync::Arc};

use eg_api::gateway::ParentReference;
use eg_diag::{Code, Diagnostic, FieldPath, ObjectRef};
use eg_ir::{IrKey, Name, listener::ClientHttp1};

use super::{
    bind::{Bound, Refusal, bind, parent},
    destination::PlannedCluster,
    kind::{LoweredOf, Place, RouteKind},
};
use crate::{
    engine::{ReadCx, Unit},
    fanout::{AttachedRoutes, Clusters, EndpointPlans, MatchKey, SameMatches, send_secret},
    gateway::view::{BindView, ParentView},
    policy::{
        self, backend_traffic,
        route::{AtParent, Served},
    },
};

static NO_MATCHING_PARENT: Code = Code::error("no-matching-parent", "Accepted", "NoMatchingParent");
static NOT_ALLOWED: Code = Code::error("not-allowed-by-listeners", "Accepted", "NotAllowedByListeners");
static NO_MATCHING_HOSTNAME: Code =
    Code::error("no-matching-listener-hostname", "Accepted", "NoMatchingListenerHostname");

/// How a route attached to one parent of ours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Attachment {
    /// The position of the reference to the parent.
    pub(crate) reference: usize,
    /// The fleet that serves the parent.
    pub(crate) fleet: IrKey,
    /// Why it attached to nothing.
    pub(crate) refusal: Option<Box<Diagnostic>>,
    /// How many rules the route has; absent when they were not looked at.
    pub(crate) rules: Option<usize>,
    /// What is wrong with the rules, by their position.
    pub(crate) problems: Vec<(usize, Diagnostic)>,
    /// Its matches, to find other routes that have the same.
    pub(crate) matches: Box<[MatchKey]>,
}

/// How a route attached to each of its parents that are ours, in the order in which it names them.
pub(crate) struct Attached<R>(PhantomData<R>);

impl<R: RouteKind> Unit for Attached<R> {
    type Key = ObjectRef;
    type Out = Box<[Attachment]>;
    const NAME: &'static str = R::UNITS.attached;
    const RANK: u8 = 10;

    fn compute(cx: &ReadCx<'_>, key: &ObjectRef) -> Self::Out {
        let Some(route) = cx.object::<R>(key) else { return Box::default() };
        let references = route.parent_refs().iter().enumerate();
        let mut spoken = BTreeMap::new();
        references.filter_map(|reference| attach(cx, key, &*route, reference, &mut spoken)).collect()
    }
}

fn attach<R: RouteKind>(
    cx: &ReadCx<'_>,
    key: &ObjectRef,
    route: &R,
    (position, reference): (usize, &ParentReference),
    spoken: &mut BTreeMap<IrKey, Arc<ClientHttp1>>,
) -> Option<Attachment> {
    let parent = parent(cx, key, reference)?;
    let view = cx.unit::<ParentView>(&parent.view(reference));
    let view = view.as_ref().as_ref()?;
    if let Some(refusal) = route.refusal() {
        return Some(Attachment {
            reference: position,
            fleet: view.fleet.clone(),
            refusal: Some(Box::new(refusal)),
            rules: None,
            problems: Vec::new(),
            matches: Box::default(),
        });
    }
    let lowered = cx.unit::<LoweredOf<R>>(&(key.clone(), parent.gateway.clone()));
    let (bound, refusal) = match bind(cx, key, route, view) {
        Ok(bound) => (bound, None),
        Err(refusal) => (Vec::new(), Some(Box::new(refused(refusal, reference)))),
    };
    let listeners: Vec<_> = bound.iter().map(|bound| &bound.listener.section).collect();
    let at_parent = AtParent {
        route: key,
        parent: &parent.object,
        gateway: &parent.gateway,
        position,
        reference,
        listeners: &listeners,
    };
    policy::report(cx, &at_parent, || route.rule_names());
    let (mut matches, mut problems, mut serving) = (Vec::new(), lowered.problems.clone(), None);
    for Bound { listener, hosts } in &bound {
        if R::counts(&lowered.rules) {
            let section = (listener.parent.clone(), Arc::clone(&listener.section));
            cx.send::<AttachedRoutes>(section, key.clone(), ());
        }
        if !listener.ready {
            continue;
        }
        match route.is_served(cx, (view, listener), &lowered.rules) {
            Ok(true) => serving = serving.or(Some((*listener, hosts.first()))),
            Ok(false) => continue,
            Err(problem) => {
                problems.push((0, problem));
                continue;
            }
        }
        if let Some(http1) = listener.http1.as_ref().filter(|_| !listener.closed) {
            spoken.entry(view.fleet.clone()).or_insert_with(|| Arc::clone(http1));
        }
        for host in hosts {
            let place = Place { route: key, view, listener, host };
            let hashes = route.attach(cx, &place, &lowered.rules);
            let same = |hash| (view.fleet.clone(), Arc::clone(&listener.ir_name), Arc::clone(host), hash);
            matches.extend(hashes.into_iter().map(same));
        }
    }
    for same in &matches {
        cx.send::<SameMatches>(same.clone(), key.clone(), ());
    }
    if let Some((listener, host)) = serving {
        let served = Served {
            route: key,
            parent: &listener.parent,
            gateway: &listener.origin.object,
            section: &listener.section,
        };
        send_clusters(cx, (served, host), view, &lowered.clusters, spoken.get(&view.fleet));
    }
    Some(Attachment {
        reference: position,
        fleet: view.fleet.clone(),
        refusal,
        rules: Some(lowered.count),
        problems,
        matches: matches.into_boxed_slice(),
    })
}

/// Sends the clusters of a route, to whose endpoints HTTP/1 is spoken as to the clients of the first listener that says how.
fn send_clusters(
    cx: &ReadCx<'_>,
    (served, host): (Served<'_>, Option<&Name>),
    view: &BindView,
    clusters: &[PlannedCluster],
    http1: Option<&Arc<ClientHttp1>>,
) {
    for planned in clusters {
        let mut shaped = backend_traffic::cluster::shaped(cx, served, host, planned);
        if let Some(http1) = http1.filter(|_| planned.cluster.protocol.is_http1()) {
            let shaped = shaped.get_or_insert_with(|| planned.clone());
            Arc::make_mut(&mut shaped.cluster).http1 = Some(Arc::clone(http1));
        }
        send_cluster(cx, served.route, &view.fleet, shaped.as_ref().unwrap_or(planned));
    }
}

/// Sends a cluster that an object needs, with its endpoints and secrets.
pub(crate) fn send_cluster(cx: &ReadCx<'_>, key: &ObjectRef, fleet: &IrKey, planned: &PlannedCluster) {
    let name = (fleet.clone(), planned.cluster.name.clone());
    let needer = (key.clone(), planned.rule);
    cx.send::<Clusters>(name.clone(), needer.clone(), Arc::clone(&planned.cluster));
    for secret in &planned.secrets {
        send_secret(cx, key, fleet, secret);
    }
    if let Some(plan) = &planned.endpoints {
        cx.send::<EndpointPlans>(name, needer, Arc::clone(plan));
    }
}

fn refused(refusal: Refusal, reference: &ParentReference) -> Diagnostic {
    let name = &reference.name;
    let (code, message) = match refusal {
        Refusal::NoMatchingParent => (
            &NO_MATCHING_PARENT,
            format!("no listener of {name} has the section and the port that are named"),
        ),
        Refusal::NotAllowed => {
            (&NOT_ALLOWED, format!("no listener of {name} accepts this kind of route from this namespace"))
        }
        Refusal::NoMatchingHostname => {
            (&NO_MATCHING_HOSTNAME, format!("no listener of {name} serves one of the route's hostnames"))
        }
    };
    Diagnostic::new(code, FieldPath::root(), message)
}
