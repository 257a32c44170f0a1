//! Attachment: what a route sends to its virtual hosts, clusters and listeners.

use std::{
    collections::{BTreeMap, BTreeSet},
    marker::PhantomData,
    sync::Arc,
};

use eg_api::gateway::ParentReference;
use eg_diag::{Code, Diagnostic, FieldPath, ObjectRef};
use eg_ir::{IrKey, Name, listener::ClientHttp1};
use sha2::{Digest, Sha256};

use super::{
    bind::{Bound, ListenerKey, Refusal, bind, first_of, parent},
    destination::PlannedCluster,
    kind::{Lowered, LoweredOf, Place, RouteKind},
};
use crate::{
    engine::{ReadCx, Unit},
    fanout::{AttachedRoutes, Clusters, EndpointPlans, MatchKey, SameMatches, send_secret},
    gateway::view::{BindView, ParentView},
    policy::{
        self, BackendTraffic, backend_traffic,
        in_use::InUse,
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
        let mut attaching = Attaching { cx, key, route: &*route, fleets: BTreeMap::new() };
        let references = route.parent_refs().iter().enumerate();
        let attachments = references.filter_map(|reference| attaching.attach(reference)).collect();
        attaching.send_clusters();
        attachments
    }
}

/// A route while it attaches to one parent after the other.
struct Attaching<'a, 'e, R: RouteKind> {
    cx: &'a ReadCx<'e>,
    key: &'a ObjectRef,
    route: &'a R,
    /// What is known of the fleets that serve the route.
    fleets: BTreeMap<IrKey, ServingFleet<R>>,
}

/// What the clusters of a route depend on in a fleet that serves it.
struct ServingFleet<R: RouteKind> {
    /// For each Gateway, the listener that it has first of those that serve the route.
    first: Vec<Serving<R>>,
    /// How the clients of the first listener that says how speak HTTP/1.
    http1: Option<Arc<ClientHttp1>>,
}

impl<R: RouteKind> Default for ServingFleet<R> {
    fn default() -> Self {
        Self { first: Vec::new(), http1: None }
    }
}

/// A listener that serves a route.
struct Serving<R: RouteKind> {
    gateway: ObjectRef,
    listener: ListenerKey,
    /// The first hostname under which it serves the route.
    host: Option<Name>,
    /// What the route is for its Gateway.
    lowered: Arc<Lowered<R::Rules>>,
}

impl<R: RouteKind> Attaching<'_, '_, R> {
    fn attach(&mut self, (position, reference): (usize, &ParentReference)) -> Option<Attachment> {
        let Self { cx, key, route, .. } = *self;
        let parent = parent(cx, key, reference)?;
        let view = cx.unit::<ParentView>(&parent.view(reference));
        let view = view.as_ref().as_ref()?;
        let attachment = Attachment {
            reference: position,
            fleet: view.fleet.clone(),
            refusal: None,
            rules: None,
            problems: Vec::new(),
            matches: Box::default(),
        };
        if let Some(refusal) = route.refusal() {
            return Some(Attachment { refusal: Some(Box::new(refusal)), ..attachment });
        }
        let lowered = cx.unit::<LoweredOf<R>>(&(key.clone(), parent.gateway.clone()));
        let (bound, refusal) = match bind(cx, key, route.hostnames(), view) {
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
        let (matches, problems) = self.serve(view, &bound, &lowered);
        let problems = lowered.problems.iter().cloned().chain(problems).collect();
        Some(Attachment { refusal, rules: Some(lowered.count), problems, matches, ..attachment })
    }

    /// Sends the rules to the listeners that serve them. The matches, and why some of the listeners cannot.
    fn serve(
        &mut self,
        view: &BindView,
        bound: &[Bound<'_>],
        lowered: &Arc<Lowered<R::Rules>>,
    ) -> (Box<[MatchKey]>, Vec<(usize, Diagnostic)>) {
        let Self { cx, key, route, .. } = *self;
        let (mut matches, mut problems) = (Vec::new(), Vec::new());
        let mut is_first = true;
        for Bound { listener, hosts } in bound {
            if R::counts(&lowered.rules) {
                cx.send::<AttachedRoutes>(listener.key(), key.clone(), ());
            }
            if !listener.ready {
                continue;
            }
            match route.is_served(cx, (view, listener), &lowered.rules) {
                Ok(true) => {}
                Ok(false) => continue,
                Err(problem) => {
                    problems.push((0, problem));
                    continue;
                }
            }
            let fleet = self.fleets.entry(view.fleet.clone()).or_default();
            if let Some(http1) = listener.http1.as_ref().filter(|_| !listener.closed) {
                fleet.http1.get_or_insert_with(|| Arc::clone(http1));
            }
            if std::mem::take(&mut is_first) {
                let serving = Serving {
                    gateway: listener.origin.object.clone(),
                    listener: listener.key(),
                    host: hosts.first().cloned(),
                    lowered: Arc::clone(lowered),
                };
                fleet.add(cx, serving);
            }
            for host in hosts {
                let place = Place { route: key, view, listener, host };
                let hashes = route.attach(cx, &place, &lowered.rules);
                matches.extend(hashes.into_iter().map(|hash| match_key(&place, hash)));
            }
        }
        for same in &matches {
            cx.send::<SameMatches>(*same, key.clone(), ());
        }
        (matches.into_boxed_slice(), problems)
    }

    /// Sends the clusters of the route to each fleet. Each is as the first listener that serves it wants it; to its endpoints,
    /// HTTP/1 is spoken as to the clients of the first listener that says how.
    fn send_clusters(&self) {
        let Self { cx, key, .. } = *self;
        for (fleet, ServingFleet { first, http1 }) in &self.fleets {
            let mut sent = BTreeSet::new();
            for Serving { gateway, listener: (parent, section), host, lowered } in first {
                let served = Served { route: key, parent, gateway, section };
                for planned in lowered.clusters.iter().filter(|planned| sent.insert(&planned.cluster.name)) {
                    let mut shaped = backend_traffic::cluster::shaped(cx, served, host.as_ref(), planned);
                    if let Some(http1) = http1.as_ref().filter(|_| planned.cluster.protocol.is_http1()) {
                        let shaped = shaped.get_or_insert_with(|| planned.clone());
                        Arc::make_mut(&mut shaped.cluster).http1 = Some(Arc::clone(http1));
                    }
                    send_cluster(cx, key, fleet, shaped.as_ref().unwrap_or(planned));
                }
            }
        }
    }
}

impl<R: RouteKind> ServingFleet<R> {
    /// Adds a listener, unless its Gateway has one before it that serves the route.
    fn add(&mut self, cx: &ReadCx<'_>, serving: Serving<R>) {
        let Some(known) = self.first.iter_mut().find(|known| known.gateway == serving.gateway) else {
            self.first.push(serving);
            return;
        };
        // Without policies all of them want the same, and the order of listeners is none of the route's business.
        if *cx.unit::<InUse<BackendTraffic>>(&()) {
            let both = [&known.listener, &serving.listener];
            if first_of(cx, &serving.gateway, &both).as_ref() == Some(&serving.listener) {
                *known = serving;
            }
        }
    }
}

/// Names a match at a place, by a hash of both: routes keep it as long as they are attached.
fn match_key(place: &Place<'_>, hash: u128) -> MatchKey {
    let mut digest = Sha256::new();
    for text in [place.fleet().as_str(), &place.listener.ir_name, place.host] {
        digest.update(text.len().to_be_bytes());
        digest.update(text);
    }
    let digest = digest.chain_update(hash.to_be_bytes()).finalize();
    digest.iter().take(16).fold(0, |key, byte| (key << 8) | u128::from(*byte))
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
