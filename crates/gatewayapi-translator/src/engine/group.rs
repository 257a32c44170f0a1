//! Collections to which many units contribute.

use std::{
    any::{Any, TypeId},
    collections::BTreeMap,
    fmt::Debug,
};

use imbl::OrdMap;

use super::{Engine, Exists, InputId};

/// A kind of collection. Units send members to its keys; other units read the members of a key.
pub(crate) trait Group: 'static {
    /// Names one collection.
    type Key: Clone + Ord + Debug + Send + Sync + 'static;
    /// Names a member, and with it its sender.
    type Member: Clone + Ord + Send + Sync + 'static;
    /// What is sent.
    type Value: Clone + PartialEq + Send + Sync + 'static;
}

/// What one unit sent, by type of group.
pub(super) type Sends = BTreeMap<TypeId, Box<dyn AnySends>>;

/// What one unit sent to groups of one type.
pub(super) struct Sent<G: Group>(pub(super) BTreeMap<(G::Key, G::Member), G::Value>);

impl<G: Group> Default for Sent<G> {
    fn default() -> Self {
        Self(BTreeMap::new())
    }
}

/// [`Sent`] with its type erased.
pub(super) trait AnySends: Send {
    /// Brings the groups from what the same unit sent before (`old`) to this.
    fn replace(&self, engine: &Engine, old: Option<&dyn AnySends>);
    /// Takes back all of it.
    fn retract(&self, engine: &Engine);
    fn as_any(&self) -> &dyn Any;
    fn as_any_mut(&mut self) -> &mut dyn Any;
}

impl<G: Group> AnySends for Sent<G> {
    fn replace(&self, engine: &Engine, old: Option<&dyn AnySends>) {
        let old = old.and_then(|old| old.as_any().downcast_ref::<Self>()).map(|old| &old.0);
        for (place, _) in old.into_iter().flatten() {
            if !self.0.contains_key(place) {
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
        for place in self.0.keys() {
            engine.set_member::<G>(&place.0, &place.1, None);
        }
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn as_any_mut(&mut self) -> &mut dyn Any {
        self
    }
}

/// Brings the groups from what a unit sent before to what it sends now, and returns the latter to be kept.
pub(super) fn apply(engine: &Engine, old: &Sends, new: Sends) -> Sends {
    for (ty, sent) in old {
        if !new.contains_key(ty) {
            sent.retract(engine);
        }
    }
    for (ty, sent) in &new {
        sent.replace(engine, old.get(ty).map(|old| &**old));
    }
    new
}

/// The groups of one type.
struct GroupTable<G: Group> {
    by_key: BTreeMap<G::Key, Members<G>>,
    on_existence: Vec<Exists<G::Key>>,
}

impl<G: Group> Default for GroupTable<G> {
    fn default() -> Self {
        Self { by_key: BTreeMap::new(), on_existence: Vec::new() }
    }
}

/// One group: its members, and the inputs that stand for its content and for its size.
struct Members<G: Group> {
    values: OrdMap<G::Member, G::Value>,
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
    pub(super) fn group<G: Group>(&self, key: &G::Key) -> (OrdMap<G::Member, G::Value>, InputId, InputId) {
        let mut groups = self.groups.borrow_mut();
        let group = groups.table::<G>().by_key.entry(key.clone()).or_insert_with(|| self.empty_group());
        (group.values.clone(), group.content, group.len)
    }

    fn empty_group<G: Group>(&self) -> Members<G> {
        let mut inputs = self.inputs.borrow_mut();
        Members { values: OrdMap::new(), content: inputs.anonymous(), len: inputs.anonymous() }
    }

    /// Sets or removes one member, wakes those who read the group, and creates or ends the roots that exist for it.
    fn set_member<G: Group>(&self, key: &G::Key, member: &G::Member, value: Option<&G::Value>) {
        let mut groups = self.groups.borrow_mut();
        let table = groups.table::<G>();
        let group = table.by_key.entry(key.clone()).or_insert_with(|| self.empty_group());
        let before = group.values.len();
        match value {
            Some(value) => drop(group.values.insert(member.clone(), value.clone())),
            None => drop(group.values.remove(member)),
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
