//! The incremental engine: units that record what they read, and re-run only when that changed.
//!
//! Private to the crate, so that its inside can change. What holds:
//!
//! - A [`Unit`] is a pure function of its key and of what it reads through [`ReadCx`]; every read is a dependency,
//!   including a read that found nothing.
//! - Objects, buckets, groups and units are known by small integers inside. A change pushes dirtiness along reverse
//!   edges, dirty units re-run in the order of their rank, and a unit whose output is equal to its last one stops there.
//!   A unit reads only units of lower rank, so that each re-runs at most once in an update.
//! - A [`Group`] collects what many units *send* to a key. The content of a large one is a persistent map, so that "all routes of this
//!   virtual host" is kept by the members that change and never collected.
//! - [`Root`]s exist for each object of a kind or for each non-empty group; everything else exists while something reads
//!   it.
//! - A panic in a unit is caught: the unit keeps its last value, or the default one, and the panic is reported.

use std::{
    any::{Any, TypeId},
    cell::{Cell, RefCell},
    collections::{BTreeMap, BTreeSet},
    fmt::Debug,
    hash::Hash,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
};

use eg_diag::{Kind, ObjectRef};
use eg_resources::{Clock, Delta, Snapshot, Status};
use hashbrown::DefaultHashBuilder;

mod group;
mod index;
mod input;
mod instances;
mod node;
mod places;
mod read;
mod readers;
mod report;
mod share;
#[cfg(test)]
mod tests;

pub(crate) use group::Group;
use group::Groups;
use input::{InputId, Inputs};
use instances::{Compute, Slot, UnitType};
use node::{Dep, Node, NodeId, Nodes, Read, State};
pub use read::ReadCx;
use read::Trace;
pub use report::{Panic, Runs};
use share::Shared;

use crate::Env;

/// What an erased output is.
type Erased = Arc<dyn Any + Send + Sync>;

/// A pure function of its key and of what it reads.
pub(crate) trait Unit: Sized + 'static {
    /// Names one instance.
    type Key: Clone + Ord + Hash + Debug + Send + Sync + 'static;
    /// What it computes; equal outputs stop propagation. The default is what a unit is worth that panicked.
    type Out: Default + PartialEq + Send + Sync + 'static;
    /// Its name in run counts and metrics.
    const NAME: &'static str;
    /// Its place in the order of evaluation; it reads only units of lower rank.
    const RANK: u8;

    /// Computes the output.
    fn compute(cx: &ReadCx<'_>, key: &Self::Key) -> Self::Out;

    /// What stands for the output when computing it panicked, and there was none before.
    fn fall_back(cx: &ReadCx<'_>, key: &Self::Key) -> Self::Out {
        let _ = (cx, key);
        Self::Out::default()
    }
}

/// A unit whose output is part of the translation.
pub(crate) trait Root: Unit {
    /// Writes the output into the assembly, or removes it when there is none any more.
    fn publish(assembly: &mut crate::assembly::Assembly, key: &Self::Key, out: Option<&Arc<Self::Out>>);
}

/// Called with a key for which a root begins or ends to exist.
type Exists<K> = fn(&Engine, &K, bool);

/// The memo of all units.
pub(crate) struct Engine {
    env: Arc<Env>,
    snapshot: Snapshot,
    now: Option<i64>,
    types: RefCell<Vec<UnitType>>,
    type_index: RefCell<BTreeMap<TypeId, u16>>,
    hasher: DefaultHashBuilder,
    nodes: RefCell<Nodes>,
    inputs: RefCell<Inputs>,
    groups: RefCell<Groups>,
    queue: RefCell<BTreeSet<(u8, NodeId)>>,
    orphans: RefCell<Vec<NodeId>>,
    /// Roots whose output changed, and roots that ended (`false`).
    published: RefCell<BTreeMap<NodeId, bool>>,
    object_roots: BTreeMap<Kind, Vec<Exists<ObjectRef>>>,
    /// Statuses, which many objects have in common.
    statuses: RefCell<Shared<Status>>,
    runs: RefCell<Runs>,
    depth: Cell<u32>,
}

impl Engine {
    pub(crate) fn new(env: Arc<Env>) -> Self {
        Self {
            env,
            snapshot: Snapshot::default(),
            now: None,
            types: RefCell::default(),
            type_index: RefCell::default(),
            hasher: DefaultHashBuilder::default(),
            nodes: RefCell::default(),
            inputs: RefCell::default(),
            groups: RefCell::default(),
            queue: RefCell::default(),
            orphans: RefCell::default(),
            published: RefCell::default(),
            object_roots: BTreeMap::new(),
            statuses: RefCell::default(),
            runs: RefCell::default(),
            depth: Cell::new(0),
        }
    }

    /// From now on, `U` exists for each object of this kind.
    pub(crate) fn root_for_each_object<U: Root + Unit<Key = ObjectRef>>(&mut self, kind: Kind) {
        self.object_roots.entry(kind).or_default().push(Engine::set_root::<U>);
    }

    /// From now on, `U` exists for each non-empty group of `G`.
    pub(crate) fn root_for_each_group<G: Group, U: Root + Unit<Key = G::Key>>(&mut self) {
        self.groups.get_mut().on_existence::<G>(Engine::set_root::<U>);
    }

    /// `U` exists for this key, or no longer does.
    pub(crate) fn set_root<U: Root>(&self, key: &U::Key, exists: bool) {
        let ty = self.root_type::<U>();
        if exists {
            let id = self.node_of::<U>(ty, key).unwrap_or_else(|| self.create::<U>(ty, key));
            let was_rooted = std::mem::replace(&mut self.nodes.borrow_mut().get_mut(id).rooted, true);
            // A unit that others read, or that ended a moment ago in the same update, has its output already and may
            // never compute another one.
            if !was_rooted && self.has_value(id) {
                self.published.borrow_mut().insert(id, true);
            }
            self.enqueue_if_new(id);
        } else if let Some(id) = self.node_of::<U>(ty, key) {
            self.nodes.borrow_mut().get_mut(id).rooted = false;
            self.published.borrow_mut().insert(id, false);
            self.orphans.borrow_mut().push(id);
        }
    }

    /// Brings every root up to date with `snapshot`, which differs from the last one by `delta`, and publishes the roots
    /// that changed.
    pub(crate) fn update(
        &mut self,
        snapshot: &Snapshot,
        delta: &Delta,
        assembly: &mut crate::assembly::Assembly,
    ) {
        self.snapshot = snapshot.clone();
        *self.runs.get_mut() = Runs::default();
        let now = snapshot.get::<Clock>("", Clock::NAME).map(|clock| clock.seconds);
        let mut touched = self.inputs.get_mut().touched(delta, self.now, now);
        self.now = now;
        touched.sort_unstable();
        for reader in touched {
            self.dirty(reader);
        }
        for change in &delta.objects {
            if change.before.is_some() != change.after.is_some() {
                for set_root in self.object_roots.get(&change.key.kind).into_iter().flatten() {
                    set_root(self, &change.key, change.after.is_some());
                }
            }
        }
        loop {
            self.collect_orphans();
            let next = self.queue.borrow_mut().pop_first();
            let Some((_, id)) = next else { break };
            self.refresh(id);
        }
        self.publish(assembly);
        self.inputs.get_mut().forget_idle();
        // The store changes in place what nobody else holds.
        self.snapshot = Snapshot::default();
    }

    /// Which units ran in the last update, and what went wrong.
    pub(crate) fn runs(&self) -> Runs {
        self.runs.borrow().clone()
    }

    /// The earliest time, in seconds since 1970, at which a unit wants to run again although nothing changed.
    pub(crate) fn next_deadline(&self) -> Option<i64> {
        self.inputs.borrow().next_deadline(self.now?)
    }

    /// The units in memory by name, for tests and metrics.
    pub(crate) fn population(&self) -> BTreeMap<&'static str, usize> {
        let types = self.types.borrow();
        let mut population = BTreeMap::new();
        for node in self.nodes.borrow().iter() {
            *population.entry(types[usize::from(node.slot().ty)].name).or_default() += 1;
        }
        population
    }

    fn publish(&self, assembly: &mut crate::assembly::Assembly) {
        let published = std::mem::take(&mut *self.published.borrow_mut());
        // A root that ended may have a successor of the same key, so ends go first.
        let (changed, ended): (Vec<_>, Vec<_>) = published.into_iter().partition(|(_, exists)| *exists);
        let mut types = self.types.borrow_mut();
        let mut nodes = self.nodes.borrow_mut();
        for (id, exists) in ended.into_iter().chain(changed) {
            let Some(slot) = nodes.find(id).map(Node::slot) else { continue };
            let ty = &types[usize::from(slot.ty)];
            if let Some(publish) = ty.publish {
                publish(ty, assembly, slot.place, exists);
            }
        }
        for Slot { ty, place } in nodes.bury() {
            types[usize::from(ty)].instances.remove(place);
        }
    }

    /// The up-to-date output of a unit, which is created when it does not exist.
    fn fetch<U: Unit>(&self, key: &U::Key) -> (NodeId, Arc<U::Out>) {
        let ty = self.type_of::<U>();
        let id = self.node_of::<U>(ty, key).unwrap_or_else(|| self.create::<U>(ty, key));
        self.refresh(id);
        let place = self.nodes.borrow().get(id).slot().place;
        let types = self.types.borrow();
        let instance = types[usize::from(ty)].instances_of::<U>().get(place);
        (id, instance.and_then(|instance| instance.value.clone()).unwrap_or_default())
    }

    /// Runs a unit if something that it read changed, or if it never ran.
    fn refresh(&self, id: NodeId) {
        let slot = {
            let mut nodes = self.nodes.borrow_mut();
            let node = nodes.get_mut(id);
            match node.state {
                State::Clean | State::Removed => return,
                State::Running => {
                    debug_assert!(false, "a unit reads itself");
                    return;
                }
                State::Dirty => node.state = State::Running,
            }
            node.slot()
        };
        let (name, rank, compute, fall_back, default, same, old) = {
            let types = self.types.borrow();
            let ty = &types[usize::from(slot.ty)];
            let old = ty.instances.value(slot.place);
            (ty.name, ty.rank, ty.compute, ty.fall_back, ty.default, ty.same, old)
        };
        self.queue.borrow_mut().remove(&(rank, id));
        let cx = ReadCx { engine: self, rank, trace: RefCell::default() };
        let run = |compute: Compute| {
            let depth = self.depth.get();
            self.depth.set(depth + 1);
            let outcome = catch_unwind(AssertUnwindSafe(|| compute(&cx, slot)));
            self.depth.set(depth);
            // What a unit sent before it panicked is half of something.
            outcome.inspect_err(|_| cx.trace.borrow_mut().sends = group::Sending::default())
        };
        let outcome = run(compute);
        let keeps_sends = outcome.is_err() && old.is_some();
        let value = outcome.unwrap_or_else(|payload| {
            let key = self.types.borrow()[usize::from(slot.ty)].instances.describe(slot.place);
            self.runs.borrow_mut().panics.push(Panic::new(name, key, &*payload));
            old.clone().unwrap_or_else(|| run(fall_back).unwrap_or_else(|_| default()))
        });
        let trace = cx.trace.into_inner();
        let mut runs = self.runs.borrow_mut();
        *runs.units.entry(name).or_default() += 1;
        runs.reads += trace.reads.len();
        drop(runs);
        let changed = !old.is_some_and(|old| Arc::ptr_eq(&old, &value) || same(&*old, &*value));
        self.complete(id, changed.then_some(&value), trace, keeps_sends);
    }

    /// Records what a unit read, sent and computed, and wakes those who read it when it computed something else. What it
    /// sent before stays sent where that is said.
    fn complete(&self, id: NodeId, changed: Option<&Erased>, trace: Trace, keeps_sends: bool) {
        let new = input::deps(trace.reads);
        let (old, old_sends) = {
            let mut nodes = self.nodes.borrow_mut();
            let node = nodes.get_mut(id);
            node.state = State::Clean;
            if let Some(value) = changed {
                let Slot { ty, place } = node.slot();
                self.types.borrow_mut()[usize::from(ty)].instances.set_value(place, value);
            }
            let old_sends = std::mem::take(&mut node.sends);
            (std::mem::replace(&mut node.deps, new.clone()), old_sends)
        };
        self.relink(id, &old, &new);
        let sends = if keeps_sends { old_sends } else { group::apply(self, &old_sends, trace.sends) };
        let (readers, rooted) = {
            let mut nodes = self.nodes.borrow_mut();
            let node = nodes.get_mut(id);
            node.sends = sends;
            let readers: Vec<NodeId> =
                if changed.is_some() { node.readers.iter().collect() } else { Vec::new() };
            (readers, node.rooted)
        };
        if rooted && changed.is_some() {
            self.published.borrow_mut().insert(id, true);
        }
        for reader in readers {
            self.dirty(reader);
        }
    }

    /// Brings the reverse edges of a unit from its old dependencies to the new ones; both are sorted.
    fn relink(&self, id: NodeId, old: &[Dep], new: &[Dep]) {
        for dep in old.iter().filter(|dep| new.binary_search(dep).is_err()) {
            match dep.read() {
                Read::Input(input) => self.inputs.borrow_mut().remove_reader(input, id),
                Read::Node(node) => {
                    let mut nodes = self.nodes.borrow_mut();
                    let Some(read) = nodes.find_mut(node) else { continue };
                    read.readers.remove(id);
                    if read.readers.is_empty() && !read.rooted {
                        self.orphans.borrow_mut().push(node);
                    }
                }
            }
        }
        for dep in new.iter().filter(|dep| old.binary_search(dep).is_err()) {
            match dep.read() {
                Read::Input(input) => self.inputs.borrow_mut().add_reader(input, id),
                Read::Node(node) => self.nodes.borrow_mut().get_mut(node).readers.insert(id),
            }
        }
    }

    /// Removes units that nothing reads any more, and what they sent.
    fn collect_orphans(&self) {
        loop {
            let Some(id) = self.orphans.borrow_mut().pop() else { return };
            let (deps, sends, slot) = {
                let mut nodes = self.nodes.borrow_mut();
                let Some(node) = nodes.find_mut(id) else { continue };
                if node.rooted || !node.readers.is_empty() {
                    continue;
                }
                let gone = (std::mem::take(&mut node.deps), std::mem::take(&mut node.sends), node.slot());
                nodes.remove(id);
                gone
            };
            {
                let mut types = self.types.borrow_mut();
                let ty = &mut types[usize::from(slot.ty)];
                self.queue.borrow_mut().remove(&(ty.rank, id));
                ty.instances.leave(slot.place, id, &self.hasher);
            }
            self.relink(id, &deps, &[]);
            group::apply(self, &sends, group::Sending::default());
        }
    }

    fn dirty(&self, id: NodeId) {
        let mut nodes = self.nodes.borrow_mut();
        let Some(node) = nodes.find_mut(id) else { return };
        if matches!(node.state, State::Clean) {
            node.state = State::Dirty;
            self.queue.borrow_mut().insert((self.types.borrow()[usize::from(node.slot().ty)].rank, id));
        }
    }

    fn enqueue_if_new(&self, id: NodeId) {
        let nodes = self.nodes.borrow();
        let node = nodes.get(id);
        let mut published = self.published.borrow_mut();
        let dirty = matches!(node.state, State::Dirty);
        if dirty {
            self.queue.borrow_mut().insert((self.types.borrow()[usize::from(node.slot().ty)].rank, id));
        }
        // A root whose last member was replaced ended and began again: unless it runs, its last value still holds.
        let ended = published.get(&id) == Some(&false);
        if (ended || !dirty) && self.has_value(id) {
            published.insert(id, true);
        }
    }

    /// Whether the unit ran already.
    fn has_value(&self, id: NodeId) -> bool {
        let Slot { ty, place } = self.nodes.borrow().get(id).slot();
        self.types.borrow()[usize::from(ty)].instances.value(place).is_some()
    }

    fn type_of<U: Unit>(&self) -> u16 {
        let known = self.type_index.borrow().get(&TypeId::of::<U>()).copied();
        known.unwrap_or_else(|| {
            let mut types = self.types.borrow_mut();
            let index = u16::try_from(types.len()).unwrap_or(u16::MAX);
            types.push(UnitType::of::<U>());
            self.type_index.borrow_mut().insert(TypeId::of::<U>(), index);
            index
        })
    }

    fn root_type<U: Root>(&self) -> u16 {
        let ty = self.type_of::<U>();
        self.types.borrow_mut()[usize::from(ty)].be_root::<U>();
        ty
    }

    fn node_of<U: Unit>(&self, ty: u16, key: &U::Key) -> Option<NodeId> {
        let types = self.types.borrow();
        types[usize::from(ty)].instances_of::<U>().find(key, &self.nodes.borrow(), &self.hasher)
    }

    fn create<U: Unit>(&self, ty: u16, key: &U::Key) -> NodeId {
        let mut types = self.types.borrow_mut();
        let instances = types[usize::from(ty)].instances_of_mut::<U>();
        let place = instances.add(key.clone());
        let mut nodes = self.nodes.borrow_mut();
        let id = nodes.insert(Node::new(Slot { ty, place }));
        instances.enter(id, &nodes, &self.hasher);
        id
    }

    /// The key of an instance of `U`. It is a copy, because the instances may change while the unit runs.
    fn key_of<U: Unit>(&self, Slot { ty, place }: Slot) -> U::Key {
        match self.types.borrow()[usize::from(ty)].instances_of::<U>().get(place) {
            Some(instance) => instance.key.clone(),
            None => unreachable!("units are removed only when nothing reads them"),
        }
    }
}
