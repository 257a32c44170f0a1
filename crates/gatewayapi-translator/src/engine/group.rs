//! Collections to which many units contribute.

use std::{
    any::{Any, TypeId},
    collections::BTreeMap,
    fmt::Debug,
    hash::Hash,
};

use hashbrown::HashMap;

use super::{Collected, Engine, Exists, InputId};

/// A kind of collection. Units send members to its keys; other units read the members of a key.
pub(crate) trait Group: 'static {
    /// Names one collection.
    type Key: Clone + Ord + Hash + Debug + Send + Sync + 'static;
    /// Names a member, and with it its sender.
    type Member: Clone + Ord + Send + Sync + 'static;
    /// What is sent.
    type Value: Clone + PartialEq + Send + Sync + 'static;
}

/// What one unit sent, by type of group. Most units send a thing or nothing, so these are lists and not trees.
#[derive(Default)]
pub(super) struct Sends(Vec<(TypeId, Box<dyn AnySends>)>);

impl Sends {
    /// Adds what is sent to one group; a member that was sent already is replaced.
    pub(super) fn add<G: Group>(&mut self, key: G::Key, member: G::Member, value: G::Value) {
        let ty = TypeId::of::<G>();
        let at = self.0.iter().position(|(of, _)| *of == ty).unwrap_or_else(|| {
            self.0.reserve_exact(1);
            self.0.push((ty, Box::new(Sent::<G>(Vec::new()))));
            self.0.len() - 1
        });
        if let Some(sent) = self.0[at].1.as_any_mut().downcast_mut::<Sent<G>>() {
            sent.set((key, member), value);
        }
    }

    fn of(&self, ty: TypeId) -> Option<&dyn AnySends> {
        self.0.iter().find(|(of, _)| *of == ty).map(|(_, sent)| &**sent)
    }
}

/// A member of a group.
type Place<G> = (<G as Group>::Key, <G as Group>::Member);

/// What one unit sent to groups of one type, in order.
struct Sent<G: Group>(Vec<(Place<G>, G::Value)>);

impl<G: Group> Sent<G> {
    fn find(&self, place: &Place<G>) -> Result<usize, usize> {
        self.0.binary_search_by(|(one, _)| one.cmp(place))
    }

    fn get(&self, place: &Place<G>) -> Option<&G::Value> {
        self.find(place).ok().map(|at| &self.0[at].1)
    }

    fn set(&mut self, place: Place<G>, value: G::Value) {
        match self.find(&place) {
            Ok(at) => self.0[at].1 = value,
            Err(at) => self.0.insert(at, (place, value)),
        }
    }
}

/// [`Sent`] with its type erased.
trait AnySends: Send {
    /// Brings the groups from what the same unit sent before (`old`) to this.
    fn replace(&self, engine: &Engine, old: Option<&dyn AnySends>);
    /// Takes back all of it.
    fn retract(&self, engine: &Engine);
    /// Gives back memory; nothing is added any more.
    fn shrink(&mut self);
    fn as_any(&self) -> &dyn Any;
    fn as_any_mut(&mut self) -> &mut dyn Any;
}

impl<G: Group> AnySends for Sent<G> {
    fn replace(&self, engine: &Engine, old: Option<&dyn AnySends>) {
        let old = old.and_then(|old| old.as_any().downcast_ref::<Self>());
        for (place, _) in old.into_iter().flat_map(|old| &old.0) {
            if self.find(place).is_err() {
                engine.set_member::<G>(&place.0, &place.1, None);
            }
        }
        for (place, value) in &self.0 {
            if old.and_then(|old| old.get(place)) != Some(value) {
                engine.set_member::<G>(&place.0, &place.1, Some(value));
            }
        }
    }

    fn retract(&self, engine: &Engine) {
        for (place, _) in &self.0 {
            engine.set_member::<G>(&place.0, &place.1, None);
        }
    }

    fn shrink(&mut self) {
        self.0.shrink_to_fit();
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn as_any_mut(&mut self) -> &mut dyn Any {
        self
    }
}

/// Brings the groups from what a unit sent before to what it sends now, and returns the latter to be kept.
pub(super) fn apply(engine: &Engine, old: &Sends, mut new: Sends) -> Sends {
    for (ty, sent) in &old.0 {
        if new.of(*ty).is_none() {
            sent.retract(engine);
        }
    }
    for (ty, sent) in &mut new.0 {
        sent.shrink();
        sent.replace(engine, old.of(*ty));
    }
    new
}

/// The groups of one type. Nothing goes over them in the order of the table.
struct GroupTable<G: Group> {
    by_key: HashMap<G::Key, Members<G>>,
    on_existence: Vec<Exists<G::Key>>,
}

impl<G: Group> Default for GroupTable<G> {
    fn default() -> Self {
        Self { by_key: HashMap::new(), on_existence: Vec::new() }
    }
}

/// One group: its members, and the inputs that stand for its content and for its size.
struct Members<G: Group> {
    values: Collected<G::Member, G::Value>,
    content: InputId,
    len: InputId,
}

/// All groups.
#[derive(Default)]
pub(super) struct Groups(BTreeMap<TypeId, Box<dyn Any + Send>>);

impl Groups {
    fn table<G: Group>(&mut self) -> &mut GroupTable<G> {
        let table = self.0.entry(TypeId::of::<G>()).or_insert_with(|| Box::new(GroupTable::<G>::default()));
        match table.downcast_mut() {
            Some(table) => table,
            None => unreachable!("tables are kept by the type of their groups"),
        }
    }

    /// Calls `hook` whenever a group gets its first member or loses its last one.
    pub(super) fn on_existence<G: Group>(&mut self, hook: Exists<G::Key>) {
        self.table::<G>().on_existence.push(hook);
    }
}

impl Engine {
    /// The members of a group, and the inputs for its content and its size.
    pub(super) fn group<G: Group>(&self, key: &G::Key) -> (Collected<G::Member, G::Value>, InputId, InputId) {
        let mut groups = self.groups.borrow_mut();
        let group = groups.table::<G>().by_key.entry(key.clone()).or_insert_with(|| self.empty_group());
        (group.values.clone(), group.content, group.len)
    }

    fn empty_group<G: Group>(&self) -> Members<G> {
        let mut inputs = self.inputs.borrow_mut();
        Members { values: Collected::default(), content: inputs.anonymous(), len: inputs.anonymous() }
    }

    /// Sets or removes one member, wakes those who read the group, and creates or ends the roots that exist for it.
    fn set_member<G: Group>(&self, key: &G::Key, member: &G::Member, value: Option<&G::Value>) {
        let mut groups = self.groups.borrow_mut();
        let table = groups.table::<G>();
        let group = table.by_key.entry(key.clone()).or_insert_with(|| self.empty_group());
        let before = group.values.len();
        match value {
            Some(value) => group.values.insert(member.clone(), value.clone()),
            None => group.values.remove(member),
        }
        let after = group.values.len();
        let (content, len) = (group.content, group.len);
        let mut readers = self.inputs.borrow().readers(content);
        if before != after {
            readers.extend(self.inputs.borrow().readers(len));
        }
        let hooks = if (before == 0) == (after == 0) { Vec::new() } else { table.on_existence.clone() };
        if after == 0 && readers.is_empty() {
            let mut inputs = self.inputs.borrow_mut();
            if inputs.is_unread(len) {
                inputs.release(content);
                inputs.release(len);
                table.by_key.remove(key);
            }
        }
        drop(groups);
        for reader in readers {
            self.dirty(reader);
        }
        for hook in hooks {
            hook(self, key, after > 0);
        }
    }
}
