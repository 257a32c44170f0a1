//! What units read from outside: objects, buckets, groups and time.
//!
//! An input has a number while a unit reads it. The number of an object also leads to the object itself, so that reading
//! one that is known already costs one hashed look-up, however many objects there are.

use std::{collections::BTreeMap, hash::BuildHasher, num::NonZeroU32};

use eg_diag::{Kind, ObjectRef};
use eg_resources::{AnyObject, Bucket, Delta, Snapshot};
use hashbrown::DefaultHashBuilder;

use super::{
    index::Index,
    node::{Dep, NodeId},
    places::Places,
    readers::Readers,
};

/// Names one input.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct InputId(NonZeroU32);

impl InputId {
    pub(super) fn of(place: u32) -> Self {
        Self(NonZeroU32::MIN.saturating_add(place))
    }

    pub(super) fn place(self) -> u32 {
        self.0.get() - 1
    }
}

/// Something outside the units.
enum Input {
    /// The content of an object that is there.
    Present(AnyObject),
    /// That an object is not there.
    Absent(ObjectRef),
    /// Which objects are in a bucket, once somebody asked since it changed.
    Bucket(Box<(Bucket, Option<Box<[ObjectRef]>>)>),
    /// Whether a point in time, in seconds since 1970, has passed.
    Passed(i64),
    /// The content or the size of a group, which the group knows.
    Anonymous,
    /// None: the place is free.
    Free,
}

struct Place {
    input: Input,
    readers: Readers,
}

/// The inputs that units read, with who reads them.
///
/// They are found by a hash that is seeded anew in each process; nothing ever goes over them in its order.
#[derive(Default)]
pub(super) struct Inputs {
    places: Places<Place>,
    free: Vec<u32>,
    hasher: DefaultHashBuilder,
    objects: Index,
    buckets: Index,
    times: BTreeMap<i64, InputId>,
    /// Inputs that may be without readers. They are given up when an update ends, because a unit that runs may hold the
    /// number of an input of which it is not a reader yet.
    idle: Vec<InputId>,
}

impl Inputs {
    /// An object, and the number of that read.
    pub(super) fn object(&mut self, snapshot: &Snapshot, key: &ObjectRef) -> (InputId, Option<AnyObject>) {
        self.named(snapshot, key.kind, &key.namespace, &key.name)
    }

    /// The same for an object whose reference is in parts.
    pub(super) fn named(
        &mut self,
        snapshot: &Snapshot,
        kind: Kind,
        namespace: &str,
        name: &str,
    ) -> (InputId, Option<AnyObject>) {
        let hash = self.hasher.hash_one((kind, namespace, name));
        let same = |key: &ObjectRef| *key.name == *name && *key.namespace == *namespace && key.kind == kind;
        let found = self.objects.find(hash, |place| self.places[place].is_object(&same));
        if let Some(index) = found {
            return (InputId::of(index), self.places[index].present().cloned());
        }
        let key = ObjectRef::new(kind, namespace, name);
        let object = snapshot.get_any(&key).cloned();
        let id = self.fresh(object.clone().map_or(Input::Absent(key), Input::Present));
        self.objects.insert(hash, id.place(), hashes(&self.places, &self.hasher));
        (id, object)
    }

    /// The objects in a bucket, and the number of that read.
    pub(super) fn bucket(&mut self, snapshot: &Snapshot, bucket: &Bucket) -> (InputId, Vec<ObjectRef>) {
        let hash = self.hasher.hash_one(bucket);
        let same = |place| self.places[place].bucket() == Some(bucket);
        let id = if let Some(place) = self.buckets.find(hash, same) {
            InputId::of(place)
        } else {
            let id = self.fresh(Input::Bucket(Box::new((bucket.clone(), None))));
            self.buckets.insert(hash, id.place(), hashes(&self.places, &self.hasher));
            id
        };
        let query = || snapshot.bucket(bucket).into_boxed_slice();
        let members = match &mut self.places[id.place()].input {
            Input::Bucket(known) => known.1.get_or_insert_with(query).to_vec(),
            _ => query().into_vec(),
        };
        (id, members)
    }

    /// The number of asking whether a point in time has passed.
    pub(super) fn passed(&mut self, at: i64) -> InputId {
        if let Some(id) = self.times.get(&at) {
            return *id;
        }
        let id = self.fresh(Input::Passed(at));
        self.times.insert(at, id);
        id
    }

    /// An input of its own, which only its owner can name.
    pub(super) fn anonymous(&mut self) -> InputId {
        self.fresh(Input::Anonymous)
    }

    fn fresh(&mut self, input: Input) -> InputId {
        let anonymous = matches!(input, Input::Anonymous);
        let id = if let Some(index) = self.free.pop() {
            self.places[index].input = input;
            InputId::of(index)
        } else {
            InputId::of(self.places.push(Place { input, readers: Readers::default() }))
        };
        if !anonymous {
            self.idle.push(id);
        }
        id
    }

    pub(super) fn add_reader(&mut self, input: InputId, reader: NodeId) {
        self.places[input.place()].readers.insert(reader);
    }

    pub(super) fn remove_reader(&mut self, input: InputId, reader: NodeId) {
        let place = &mut self.places[input.place()];
        place.readers.remove(reader);
        if place.readers.is_empty() && !matches!(place.input, Input::Anonymous) {
            self.idle.push(input);
        }
    }

    /// Gives up what no unit reads any more.
    pub(super) fn forget_idle(&mut self) {
        for id in std::mem::take(&mut self.idle) {
            let place = &mut self.places[id.place()];
            if !place.readers.is_empty() || matches!(place.input, Input::Free) {
                continue;
            }
            let hash = place.hash(&self.hasher);
            match std::mem::replace(&mut place.input, Input::Free) {
                Input::Present(_) | Input::Absent(_) => self.objects.remove(hash, id.place()),
                Input::Bucket(_) => self.buckets.remove(hash, id.place()),
                Input::Passed(at) => drop(self.times.remove(&at)),
                Input::Anonymous | Input::Free => {}
            }
            self.free.push(id.place());
        }
    }

    pub(super) fn readers(&self, input: InputId) -> Vec<NodeId> {
        self.places[input.place()].readers.iter().collect()
    }

    /// Whether no unit reads the input.
    pub(super) fn is_unread(&self, input: InputId) -> bool {
        self.places[input.place()].readers.is_empty()
    }

    /// Gives up an anonymous input that nobody reads.
    pub(super) fn release(&mut self, input: InputId) {
        self.places[input.place()].input = Input::Free;
        self.free.push(input.place());
    }

    /// Takes over the objects that changed, and returns the units that read something that did.
    pub(super) fn touched(&mut self, delta: &Delta, before: Option<i64>, now: Option<i64>) -> Vec<NodeId> {
        let mut touched = Vec::new();
        for change in &delta.objects {
            let key = &change.key;
            let hash = self.hasher.hash_one((key.kind, &*key.namespace, &*key.name));
            let same = |one: &ObjectRef| one == key;
            let found = self.objects.find(hash, |place| self.places[place].is_object(&same));
            if let Some(place) = found.map(|place| &mut self.places[place]) {
                place.input = change.after.clone().map_or_else(|| Input::Absent(key.clone()), Input::Present);
                touched.extend(place.readers.iter());
            }
        }
        for bucket in &delta.buckets {
            let hash = self.hasher.hash_one(bucket);
            let same = |place| self.places[place].bucket() == Some(bucket);
            let Some(place) = self.buckets.find(hash, same).map(|place| &mut self.places[place]) else {
                continue;
            };
            touched.extend(place.readers.iter());
            if let Input::Bucket(known) = &mut place.input {
                known.1 = None;
            }
        }
        let span = match (before, now) {
            (Some(before), Some(now)) if before == now => None,
            (Some(before), Some(now)) => Some((before.min(now).saturating_add(1), before.max(now))),
            (None, None) => None,
            // The clock appeared or went: every answer may differ.
            _ => Some((i64::MIN, i64::MAX)),
        };
        let passed = span.map(|(first, last)| self.times.range(first..=last)).into_iter().flatten();
        touched.extend(passed.flat_map(|(_, id)| self.places[id.place()].readers.iter()));
        touched
    }

    /// The first point in time after `now` that a unit asked about.
    pub(super) fn next_deadline(&self, now: i64) -> Option<i64> {
        self.times.range(now.saturating_add(1)..).next().map(|(at, _)| *at)
    }
}

impl Place {
    fn is_object(&self, same: &impl Fn(&ObjectRef) -> bool) -> bool {
        match &self.input {
            Input::Present(object) => same(object.key()),
            Input::Absent(key) => same(key),
            _ => false,
        }
    }

    fn present(&self) -> Option<&AnyObject> {
        if let Input::Present(object) = &self.input { Some(object) } else { None }
    }

    fn bucket(&self) -> Option<&Bucket> {
        if let Input::Bucket(known) = &self.input { Some(&known.0) } else { None }
    }

    /// By which it is found; of use for objects and buckets alone.
    fn hash(&self, hasher: &DefaultHashBuilder) -> u64 {
        let of = |key: &ObjectRef| hasher.hash_one((key.kind, &*key.namespace, &*key.name));
        match &self.input {
            Input::Present(object) => of(object.key()),
            Input::Absent(key) => of(key),
            Input::Bucket(known) => hasher.hash_one(&known.0),
            Input::Passed(_) | Input::Anonymous | Input::Free => 0,
        }
    }
}

/// By which what is at a place is found.
fn hashes(places: &Places<Place>, hasher: &DefaultHashBuilder) -> impl Fn(u32) -> u64 {
    move |place| places[place].hash(hasher)
}

/// The reads of a unit, sorted and without repetition.
pub(super) fn deps(mut reads: Vec<Dep>) -> Box<[Dep]> {
    reads.sort_unstable();
    reads.dedup();
    reads.into_boxed_slice()
}
