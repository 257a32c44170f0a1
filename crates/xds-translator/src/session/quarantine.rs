//! Quarantine: what proxies refused is replaced by its last good form, or fails closed, and the rest goes on.
//!
//! Proxies name the resource that they refuse, and seldom more. Where a resource is made of many parts, a [`Hunt`] finds
//! those at fault: parts that changed lately are held back until the proxies take the rest. A part that was refused stays
//! so as long as it is the same part of the same generation of its object; anything else is tried again.
//!
//! Where stages have a say, each form of a virtual host is shown to them too, and a search goes on when they answered: what
//! proxies say of a table, some of which waits for an answer, says nothing of the parts that are held back.

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    sync::Arc,
};

use eg_diag::{Diagnostic, FieldPath};
use eg_ir::{Name, Origin, patch::PatchOrder, route::RouteOrder};

use self::hunt::{Hunt, Verdict};
use super::{Session, patch::Target};
use crate::{
    Finding, ModelDelta, NodePath, REFUSED_BY_PROXIES, ResourceType, Version,
    pack::Shared,
    route::{EmittedRoute, closed, left_out},
};

mod hunt;

/// How many changes of a resource are remembered to find the one at fault.
const REMEMBERED: usize = 16;
/// A change of more parts than this is not remembered in detail.
const MANY: usize = 256;
/// How much of the proxies' words is kept, in bytes.
const WORDS: usize = 1024;

/// A part of a resource that can be held back.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Part {
    /// A route: its domain and its place.
    Route(Name, RouteOrder),
    /// The patches of a policy.
    Patches(PatchOrder),
}

/// What changed in one update, each route with its form before.
pub(super) type Changes = Vec<(Part, Option<Arc<EmittedRoute>>)>;

/// What a session knows of refusals.
#[derive(Debug, Default)]
pub(super) struct Quarantine {
    recent: BTreeMap<Target, VecDeque<Changes>>,
    hunts: BTreeMap<Target, Search>,
    routes: BTreeMap<(Target, Name, RouteOrder), RefusedRoute>,
    wholes: BTreeMap<Target, RefusedWhole>,
}

/// A search for the parts at fault.
#[derive(Debug)]
struct Search {
    hunt: Hunt<Part>,
    /// The parts that are held back now, each route as it was before that.
    held: BTreeMap<Part, Option<Arc<EmittedRoute>>>,
    words: String,
    /// What the proxies said last: of which version, and whether they took it.
    judged: (Version, bool),
}

/// A route that proxies refused.
#[derive(Debug)]
struct RefusedRoute {
    refused: Arc<EmittedRoute>,
    /// What stands for it.
    instead: Arc<EmittedRoute>,
    /// Whether what stands for it answers 500, and will be left out if it is refused, too.
    closed: bool,
}

/// A resource without parts that proxies refused.
#[derive(Debug)]
struct RefusedWhole {
    refused: Shared,
    /// The last good form; without one the proxies keep what they have.
    instead: Option<Shared>,
    words: String,
}

impl Quarantine {
    /// The form in which a route is published: the one it was emitted in, unless that is the one that was refused.
    pub(super) fn settle(
        &mut self,
        table: &Target,
        (domain, order): (&Name, &RouteOrder),
        emitted: Arc<EmittedRoute>,
    ) -> Arc<EmittedRoute> {
        if self.routes.is_empty() {
            return emitted;
        }
        let key = (table.clone(), domain.clone(), order.clone());
        match self.routes.get(&key) {
            Some(refused) if refused.refused == emitted => Arc::clone(&refused.instead),
            Some(_) => {
                self.routes.remove(&key);
                emitted
            }
            None => emitted,
        }
    }

    /// The same for a whole resource; the words with which it was refused are returned with its last good form.
    pub(super) fn settle_whole(&mut self, target: &Target, packed: Shared) -> (Shared, Option<Diagnostic>) {
        match self.wholes.get(target) {
            Some(refused) if refused.refused == packed => {
                let instead = refused.instead.clone().unwrap_or(packed);
                (instead, Some(diagnostic(&refused.words)))
            }
            Some(_) => {
                self.wholes.remove(target);
                (packed, None)
            }
            None => (packed, None),
        }
    }

    /// Whether a whole resource is one that proxies refused.
    pub(super) fn replaces(&self, target: &Target) -> bool {
        self.wholes.contains_key(target)
    }

    /// Forgets a route that is gone.
    pub(super) fn forget_route(&mut self, table: &Target, domain: &Name, order: &RouteOrder) {
        if !self.routes.is_empty() {
            self.routes.remove(&(table.clone(), domain.clone(), order.clone()));
        }
    }

    /// Forgets a resource that is gone.
    pub(super) fn forget(&mut self, target: &Target) {
        self.recent.remove(target);
        self.hunts.remove(target);
        self.wholes.remove(target);
    }

    /// Remembers what changed in a resource.
    pub(super) fn remember(&mut self, target: &Target, changes: Changes) {
        if changes.is_empty() {
            return;
        }
        let recent = self.recent.entry(target.clone()).or_default();
        if changes.len() > MANY {
            recent.clear();
            return;
        }
        if recent.len() == REMEMBERED {
            recent.pop_front();
        }
        recent.push_back(changes);
    }

    /// The form of a route before it changed last.
    fn before(&self, target: &Target, part: &Part) -> Option<Arc<EmittedRoute>> {
        let recent = self.recent.get(target)?.iter().rev();
        let (_, before) = recent.flatten().find(|(changed, _)| changed == part)?;
        before.clone()
    }

    /// Whether anything is held back or replaced.
    fn is_active(&self) -> bool {
        !(self.hunts.is_empty() && self.routes.is_empty() && self.wholes.is_empty())
    }
}

impl Session {
    /// Whether answers of the proxies are awaited to find out what they refuse.
    pub fn is_searching(&self) -> bool {
        !self.quarantine.hunts.is_empty()
    }

    /// Whether something that proxies refused is replaced, so that the model is not the one of the IR alone.
    pub fn is_quarantined(&self) -> bool {
        self.quarantine.is_active() || self.patches.refusals() > 0
    }

    /// How many routes, other resources and patches of policies were refused by proxies and are replaced.
    pub fn quarantined(&self) -> usize {
        let Quarantine { routes, wholes, recent: _, hunts: _ } = &self.quarantine;
        routes.len() + wholes.len() + self.patches.refusals()
    }

    /// Takes in that proxies refused a version of a resource, with their words. One that is not the current version means
    /// nothing any more.
    pub fn refused(
        &mut self,
        resource_type: ResourceType,
        name: &str,
        version: Version,
        words: &str,
    ) -> ModelDelta {
        let mut delta = ModelDelta::default();
        let Some((target, packed)) = self.current(resource_type, name, version) else { return delta };
        let words = shortened(words);
        if let Some(search) = self.quarantine.hunts.get_mut(&target) {
            search.words = words;
            search.judged = (version, false);
            self.resume(&target, &mut delta);
            return delta;
        }
        let groups = self.suspects(&target);
        if groups.is_empty() {
            self.refuse_whole(&target, &packed, words, &mut delta);
            return delta;
        }
        let search =
            Search { hunt: Hunt::new(groups), held: BTreeMap::new(), words, judged: (version, false) };
        self.quarantine.hunts.insert(target.clone(), search);
        self.hold(&target, &mut delta);
        self.resume(&target, &mut delta);
        delta
    }

    /// Takes in that proxies accepted a version of a resource. It matters only while [`Session::is_searching`].
    pub fn accepted(&mut self, resource_type: ResourceType, name: &str, version: Version) -> ModelDelta {
        let mut delta = ModelDelta::default();
        if let Some((target, _)) = self.current(resource_type, name, version)
            && let Some(search) = self.quarantine.hunts.get_mut(&target)
        {
            search.judged = (version, true);
            self.resume(&target, &mut delta);
        }
        delta
    }

    /// Goes on with a search, if there is one and the proxies have judged what they are shown: the same bytes get the same
    /// answer. While stages are awaited, what they are shown is not what is asked about.
    pub(super) fn resume(&mut self, target: &Target, delta: &mut ModelDelta) {
        while let Some(search) = self.quarantine.hunts.get(target)
            && !(target.0 == ResourceType::Route && self.awaits_stages(&target.1))
        {
            let (judged, taken) = search.judged;
            let shown = self.model.resources(target.0).get(&target.1).map(|packed| packed.version);
            if shown != Some(judged) {
                return;
            }
            self.go_on(target, taken, delta);
        }
    }

    fn current(&self, resource_type: ResourceType, name: &str, version: Version) -> Option<(Target, Shared)> {
        let (name, packed) = self.model.resources(resource_type).get_key_value(name)?;
        (packed.version == version).then(|| ((resource_type, name.clone()), Arc::clone(packed)))
    }

    /// The parts of a resource in groups, those that changed last first.
    fn suspects(&self, target: &Target) -> Vec<Vec<Part>> {
        let mut rest: BTreeSet<Part> = self.patches.of(target).map(Part::Patches).collect();
        for (domain, host) in
            self.tables.get(&target.1).into_iter().flatten().filter(|_| target.0 == ResourceType::Route)
        {
            rest.extend(host.routes.keys().map(|order| Part::Route(domain.clone(), order.clone())));
        }
        let recent = self.quarantine.recent.get(target).into_iter().flatten().rev();
        let mut groups: Vec<Vec<Part>> =
            recent.map(|changes| changes.iter().filter_map(|(part, _)| rest.take(part)).collect()).collect();
        groups.push(rest.into_iter().collect());
        groups.retain(|group| !group.is_empty());
        groups
    }

    /// Takes the next step of a search after this answer.
    fn go_on(&mut self, target: &Target, taken: bool, delta: &mut ModelDelta) {
        let Some(search) = self.quarantine.hunts.get_mut(target) else { return };
        match search.hunt.answer(taken) {
            Verdict::Ask => self.hold(target, delta),
            Verdict::Found => self.conclude(target, delta),
            Verdict::Lost => {
                let words = search.words.clone();
                self.abandon(target, delta);
                if let Some(packed) = self.model.resources(target.0).get(&target.1).cloned() {
                    self.refuse_whole(target, &packed, words, delta);
                }
            }
        }
    }

    /// Ends a search: everything is as it was before.
    pub(super) fn abandon(&mut self, target: &Target, delta: &mut ModelDelta) {
        let Some(search) = self.quarantine.hunts.remove(target) else { return };
        self.swap(target, search.held.into_iter().collect(), delta);
    }

    /// Holds back what the search says, and nothing else.
    fn hold(&mut self, target: &Target, delta: &mut ModelDelta) {
        let Some(search) = self.quarantine.hunts.get_mut(target) else { return };
        let wanted = search.hunt.held();
        let released: Vec<Part> =
            search.held.keys().filter(|part| !wanted.contains(*part)).cloned().collect();
        let mut forms: Vec<(Part, Option<Arc<EmittedRoute>>)> = Vec::new();
        for part in released {
            let form = search.held.remove(&part).flatten();
            forms.push((part, form));
        }
        for part in wanted {
            let Some(search) = self.quarantine.hunts.get(target) else { break };
            if search.held.contains_key(&part) {
                continue;
            }
            let now = self.route(target, &part);
            let instead = now.as_ref().map(|now| {
                let refused = self.is_refused(target, &part);
                let before = self.quarantine.before(target, &part).filter(|_| !refused);
                before.map_or_else(|| left_out(now, None), |before| before.as_form_of(now, None))
            });
            if let Some(search) = self.quarantine.hunts.get_mut(target) {
                search.held.insert(part.clone(), now);
            }
            forms.push((part, instead.map(Arc::new)));
        }
        self.swap(target, forms, delta);
    }

    /// Replaces what was found to be at fault, and releases the rest.
    fn conclude(&mut self, target: &Target, delta: &mut ModelDelta) {
        let Some(Search { hunt, held, words, judged: _ }) = self.quarantine.hunts.remove(target) else {
            return;
        };
        let mut forms = Vec::new();
        let mut changes = Changes::new();
        for (part, form) in held {
            if !hunt.bad().contains(&part) {
                forms.push((part, form));
                continue;
            }
            match (&part, form) {
                (Part::Patches(order), _) => self.patches.refuse(order, diagnostic(&words)),
                (Part::Route(domain, order), Some(form)) => {
                    let key = (target.clone(), domain.clone(), order.clone());
                    let instead = self.instead(target, &part, &form, &words);
                    // What stands for a route may be refused itself; then the route that was written is still at fault.
                    let known = self.quarantine.routes.get(&key).map(|known| Arc::clone(&known.refused));
                    let refused = known.unwrap_or(form);
                    let closed = instead.1;
                    let instead = Arc::new(instead.0);
                    forms.push((part.clone(), Some(Arc::clone(&instead))));
                    self.quarantine.routes.insert(key, RefusedRoute { refused, instead, closed });
                }
                (Part::Route(..), None) => {}
            }
            changes.push((part, None));
        }
        self.swap(target, forms, delta);
        self.quarantine.remember(target, changes);
    }

    /// What stands for a route that is refused: its last good form, then an answer of 500, then nothing; and whether it
    /// is the answer of 500.
    fn instead(
        &self,
        target: &Target,
        part: &Part,
        form: &EmittedRoute,
        words: &str,
    ) -> (EmittedRoute, bool) {
        let refusal = Some(diagnostic(words));
        let Part::Route(domain, order) = part else { return (left_out(form, refusal), false) };
        let key = (target.clone(), domain.clone(), order.clone());
        let known = self.quarantine.routes.get(&key);
        if known.is_none()
            && let Some(before) = self.quarantine.before(target, part)
        {
            return (before.as_form_of(form, refusal), false);
        }
        let ir = self.ir.routes.get(&target.1).and_then(|table| table.virtual_hosts.get(domain));
        let ir = ir.and_then(|host| host.routes.get(order));
        match ir.filter(|_| known.is_none_or(|known| !known.closed)) {
            Some(ir) => (closed(ir, form, refusal), true),
            None => (left_out(form, refusal), false),
        }
    }

    fn is_refused(&self, target: &Target, part: &Part) -> bool {
        let Part::Route(domain, order) = part else { return false };
        self.quarantine.routes.contains_key(&(target.clone(), domain.clone(), order.clone()))
    }

    /// A route as it is published now.
    fn route(&self, target: &Target, part: &Part) -> Option<Arc<EmittedRoute>> {
        let Part::Route(domain, order) = part else { return None };
        self.tables.get(&target.1)?.get(domain)?.routes.get(order).cloned()
    }

    /// Puts other forms of parts into a resource; patches that are held back no longer are in force again.
    fn swap(
        &mut self,
        target: &Target,
        forms: Vec<(Part, Option<Arc<EmittedRoute>>)>,
        delta: &mut ModelDelta,
    ) {
        let held: BTreeSet<PatchOrder> = match self.quarantine.hunts.get(target) {
            Some(search) => search.held.keys().filter_map(Part::patches).cloned().collect(),
            None => BTreeSet::new(),
        };
        let routes = forms.into_iter().filter_map(|(part, form)| match (part, form) {
            (Part::Route(domain, order), Some(form)) => Some((domain, order, form)),
            _ => None,
        });
        let routes: Vec<(Name, RouteOrder, Arc<EmittedRoute>)> = routes.collect();
        if !routes.is_empty() {
            self.reform(&target.1, routes, delta);
        }
        self.patches.hold_only(target, held);
        self.apply_patches(delta);
    }

    /// Replaces a resource, no part of which is to blame, by its last good form.
    fn refuse_whole(&mut self, target: &Target, packed: &Shared, words: String, delta: &mut ModelDelta) {
        let node = NodePath::resource(target.0, target.1.clone());
        let find = |session: &mut Self, origins: &[Origin], delta: &mut ModelDelta| {
            let finding = Finding::new(node.clone(), origins, diagnostic(&words));
            session.model.find(&node, Some(finding), delta);
        };
        if target.0 == ResourceType::Route {
            // The proxies keep what they have until something of the table changes.
            let hosts = packed.origins.virtual_hosts().map(|(_, _, origin)| origin.clone());
            let origins: BTreeSet<Origin> = hosts.collect();
            return find(self, &origins.into_iter().collect::<Vec<_>>(), delta);
        }
        // Without patches: those were held back, or there are none.
        let plain = self.patches.plain(target).unwrap_or(packed);
        let known = self.quarantine.wholes.remove(target);
        let instead = match &known {
            // What stands for it is refused, too: the proxies keep what they have.
            Some(_) => None,
            None => self.previous.get(target).filter(|before| before.version != plain.version).cloned(),
        };
        let refused = known.map_or_else(|| Arc::clone(plain), |known| known.refused);
        find(self, refused.origins.whole(), delta);
        let published = instead.clone().unwrap_or_else(|| Arc::clone(&refused));
        self.quarantine.wholes.insert(target.clone(), RefusedWhole { refused, instead, words });
        self.place(target.0, &target.1, Some(published), delta);
        self.apply_patches(delta);
    }
}

impl Part {
    fn patches(&self) -> Option<&PatchOrder> {
        match self {
            Self::Patches(order) => Some(order),
            Self::Route(..) => None,
        }
    }
}

fn diagnostic(words: &str) -> Diagnostic {
    Diagnostic::new(&REFUSED_BY_PROXIES, FieldPath::root(), format!("the proxies refuse it: {words}"))
}

/// The words without line breaks, cut at a character boundary.
fn shortened(words: &str) -> String {
    let mut text = words.trim().replace(['\n', '\r'], " ");
    if text.len() > WORDS {
        let mut end = WORDS;
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        text.truncate(end);
    }
    text
}
