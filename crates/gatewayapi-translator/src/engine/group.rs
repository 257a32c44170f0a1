//! Collections to which many units contribute.

use std::{
    any::{Any, TypeId},
    collections::BTreeMap,
    fmt::Debug,
    hash::{BuildHasher, Hash},
};

use eg_ir::Ordered;
use hashbrown::DefaultHashBuilder;

use super::{Engine, Exists, InputId, index::Index, places::Places};

/// A kind of collection. Units send members to its keys; other units read the members of a key.
pub(crate) trait Group: 'static {
    /// Names one collection.
    type Key: Clone + Ord + Hash + Debug + Send + Sync + 'static;
    /// Names a member, and with it its sender.
    type Member: Clone + Ord + Send + Sync + 'static;
    /// What is sent.
    type Value: Clone + PartialEq + Send + Sync + 'static;
}

/// Names one group of its type. The second number tells apart groups that used the same place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct GroupId(u32, u32);

/// What a unit sends while it runs, by type of group. Most units send a thing or nothing, so these are lists and not trees.
#[derive(Default)]
pub(super) struct Sending(Vec<Box<dyn AnySending>>);

impl Sending {
    /// Adds what is sent to one group; a member that was sent already is replaced.
    pub(super) fn add<G: Group>(&mut self, key: G::Key, member: G::Member, value: G::Value) {
        let ty = TypeId::of::<G>();
        let at = self.0.iter().position(|one| one.ty() == ty).unwrap_or_else(|| {
            self.0.push(Box::new(SendingTo::<G>(Vec::new())));
            self.0.len() - 1
        });
        if let Some(sending) = self.0[at].as_any_mut().downcast_mut::<SendingTo<G>>() {
            sending.set((key, member), value);
        }
    }
}

/// A group of a type, and one that is in it.
type Membership<G> = (<G as Group>::Key, <G as Group>::Member);

/// What one unit sends to groups of one type, in order.
struct SendingTo<G: Group>(Vec<(Membership<G>, G::Value)>);

impl<G: Group> SendingTo<G> {
    fn set(&mut self, place: Membership<G>, value: G::Value) {
        match self.0.binary_search_by(|(one, _)| one.cmp(&place)) {
            Ok(at) => self.0[at].1 = value,
            Err(at) => self.0.insert(at, (place, value)),
        }
    }
}

/// [`SendingTo`] with its type erased.
trait AnySending {
    fn ty(&self) -> TypeId;
    fn as_any_mut(&mut self) -> &mut dyn Any;
    /// Brings the groups from what the same unit sent before (`old`) to this, and returns what is to be remembered.
    fn apply(self: Box<Self>, engine: &Engine, old: Option<&dyn AnySent>) -> Box<dyn AnySent>;
}

impl<G: Group> AnySending for SendingTo<G> {
    fn ty(&self) -> TypeId {
        TypeId::of::<G>()
    }

    fn as_any_mut(&mut self) -> &mut dyn Any {
        self
    }

    fn apply(self: Box<Self>, engine: &Engine, old: Option<&dyn AnySent>) -> Box<dyn AnySent> {
        let old = old.and_then(|old| old.as_any().downcast_ref::<Sent<G>>());
        let mut known: Vec<_> = {
            let mut groups = engine.groups.borrow_mut();
            let table = groups.table::<G>();
            self.0.iter().map(|((key, member), _)| (table.find(key), member)).collect()
        };
        known.sort_unstable();
        for (group, member) in old.map(Sent::list).unwrap_or_default() {
            if known.binary_search(&(Some(*group), member)).is_err() {
                engine.set_member::<G>(*group, member, None);
            }
        }
        let set = |((key, member), value): (Membership<G>, G::Value)| {
            let group = engine.groups.borrow_mut().table::<G>().find_or_insert(&key);
            engine.set_member::<G>(group, &member, Some(value));
            (group, member)
        };
        Box::new(Sent::<G>::of(self.0.into_iter().map(set).collect()))
    }
}

/// What one unit sent: to which groups of which types, under which names. The groups know the values.
#[derive(Default)]
pub(super) struct Sends(Option<Box<List>>);

/// What one unit sent, by type of group. It is one word away, because most units send nothing.
struct List(Box<[Box<dyn AnySent>]>);

impl Sends {
    fn iter(&self) -> impl Iterator<Item = &dyn AnySent> {
        self.0.iter().flat_map(|list| list.0.iter()).map(|sent| &**sent)
    }
}

/// What one unit sent to groups of one type.
enum Sent<G: Group> {
    One([(GroupId, G::Member); 1]),
    Several(Box<[(GroupId, G::Member)]>),
}

impl<G: Group> Sent<G> {
    fn of(list: Vec<(GroupId, G::Member)>) -> Self {
        match <[_; 1]>::try_from(list) {
            Ok(one) => Self::One(one),
            Err(list) => Self::Several(list.into_boxed_slice()),
        }
    }

    fn list(&self) -> &[(GroupId, G::Member)] {
        match self {
            Self::One(one) => one,
            Self::Several(list) => list,
        }
    }
}

/// [`Sent`] with its type erased.
trait AnySent: Send {
    fn ty(&self) -> TypeId;
    fn as_any(&self) -> &dyn Any;
    /// Takes back all of it.
    fn retract(&self, engine: &Engine);
}

impl<G: Group> AnySent for Sent<G> {
    fn ty(&self) -> TypeId {
        TypeId::of::<G>()
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn retract(&self, engine: &Engine) {
        for (group, member) in self.list() {
            engine.set_member::<G>(*group, member, None);
        }
    }
}

/// Brings the groups from what a unit sent before to what it sends now, and returns the latter to be kept.
pub(super) fn apply(engine: &Engine, old: &Sends, new: Sending) -> Sends {
    for sent in old.iter() {
        if new.0.iter().all(|sending| sending.ty() != sent.ty()) {
            sent.retract(engine);
        }
    }
    let apply = |sending: Box<dyn AnySending>| {
        let old = old.iter().find(|sent| sent.ty() == sending.ty());
        sending.apply(engine, old)
    };
    let sent: Box<[_]> = new.0.into_iter().map(apply).collect();
    Sends((!sent.is_empty()).then(|| Box::new(List(sent))))
}

/// The groups of one type.
struct GroupTable<G: Group> {
    places: Places<Place<G>>,
    free: Vec<u32>,
    by_key: Index,
    hasher: DefaultHashBuilder,
    on_existence: Vec<Exists<G::Key>>,
}

/// The place of a group, which counts those that were there before.
struct Place<G: Group> {
    age: u32,
    group: Option<Members<G>>,
}

/// One group: its members, and the inputs that stand for its content and for its size once somebody read them.
struct Members<G: Group> {
    key: G::Key,
    values: Ordered<G::Member, G::Value>,
    content: Option<InputId>,
    len: Option<InputId>,
    /// How many members there were when it was read last.
    last: u32,
}

impl<G: Group> Default for GroupTable<G> {
    fn default() -> Self {
        Self {
            places: Places::default(),
            free: Vec::new(),
            by_key: Index::default(),
            hasher: DefaultHashBuilder::default(),
            on_existence: Vec::new(),
        }
    }
}

impl<G: Group> GroupTable<G> {
    fn find(&self, key: &G::Key) -> Option<GroupId> {
        let is = |place| self.places[place].group.as_ref().is_some_and(|group| group.key == *key);
        let place = self.by_key.find(self.hasher.hash_one(key), is)?;
        Some(GroupId(place, self.places[place].age))
    }

    fn find_or_insert(&mut self, key: &G::Key) -> GroupId {
        if let Some(known) = self.find(key) {
            return known;
        }
        let members =
            Members { key: key.clone(), values: Ordered::default(), content: None, len: None, last: 0 };
        let place = if let Some(place) = self.free.pop() {
            self.places[place].group = Some(members);
            place
        } else {
            self.places.push(Place { age: 0, group: Some(members) })
        };
        let Self { places, by_key, hasher, .. } = self;
        let hash_of = |place| places[place].group.as_ref().map_or(0, |group| hasher.hash_one(&group.key));
        by_key.insert(hasher.hash_one(key), place, hash_of);
        GroupId(place, self.places[place].age)
    }

    fn get_mut(&mut self, id: GroupId) -> Option<&mut Members<G>> {
        let place = self.places.get_mut(id.0)?;
        if place.age == id.1 { place.group.as_mut() } else { None }
    }

    /// Gives up a group.
    fn remove(&mut self, id: GroupId) {
        let place = &mut self.places[id.0];
        if let Some(group) = place.group.take() {
            place.age = place.age.wrapping_add(1);
            self.by_key.remove(self.hasher.hash_one(&group.key), id.0);
            self.free.push(id.0);
        }
    }
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

/// What of a group is read.
#[derive(Clone, Copy)]
pub(super) enum Part {
    Content,
    Len,
}

impl Engine {
    /// The members of a group, and the input for its content or its size.
    pub(super) fn group<G: Group>(
        &self,
        key: &G::Key,
        part: Part,
    ) -> (Ordered<G::Member, G::Value>, InputId) {
        let mut groups = self.groups.borrow_mut();
        let table = groups.table::<G>();
        let id = table.find_or_insert(key);
        let Some(group) = table.get_mut(id) else { unreachable!("it was just found") };
        let input = match part {
            Part::Content => &mut group.content,
            Part::Len => &mut group.len,
        };
        let input = *input.get_or_insert_with(|| self.inputs.borrow_mut().anonymous());
        group.values.compact(group.last as usize);
        group.last = u32::try_from(group.values.len()).unwrap_or(u32::MAX);
        (group.values.clone(), input)
    }

    /// Sets or removes one member, wakes those who read the group, and creates or ends the roots that exist for it.
    fn set_member<G: Group>(&self, id: GroupId, member: &G::Member, value: Option<G::Value>) {
        let mut groups = self.groups.borrow_mut();
        let table = groups.table::<G>();
        let Some(group) = table.get_mut(id) else { return };
        let old = group.values.get(member);
        if old == value.as_ref() && old.is_some() {
            return;
        }
        let before = group.values.len();
        match value {
            Some(value) => drop(group.values.insert(member.clone(), value)),
            None => drop(group.values.remove(member)),
        }
        let after = group.values.len();
        let mut inputs = self.inputs.borrow_mut();
        let read = [group.content, group.len.filter(|_| before != after)];
        let readers: Vec<_> = read.into_iter().flatten().flat_map(|input| inputs.readers(input)).collect();
        let existence = (before == 0) != (after == 0);
        let hooked = existence.then(|| (group.key.clone(), after > 0));
        let parts = [group.content, group.len];
        if after == 0 && parts.iter().flatten().all(|input| inputs.is_unread(*input)) {
            parts.into_iter().flatten().for_each(|input| inputs.release(input));
            table.remove(id);
        }
        let hooks = if existence { table.on_existence.clone() } else { Vec::new() };
        drop((inputs, groups));
        for reader in readers {
            self.dirty(reader);
        }
        if let Some((key, exists)) = hooked {
            for hook in hooks {
                hook(self, &key, exists);
            }
        }
    }
}
