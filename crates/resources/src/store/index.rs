//! The indexes of the store.

use std::{collections::BTreeMap, sync::Arc};

use eg_diag::{Kind, ObjectRef};

use crate::{AnyObject, Bucket, Label, Snapshot};

/// How often each object entered (positive) or left (negative) a bucket.
pub(super) type Moves = BTreeMap<Bucket, BTreeMap<ObjectRef, i32>>;

/// Brings the indexes of `snapshot` from `before` to `after`, two states of one object, and records the moves.
pub(super) fn update(
    snapshot: &mut Snapshot,
    moves: &mut Moves,
    before: Option<&AnyObject>,
    after: Option<&AnyObject>,
) {
    let old = before.map(Entries::of).unwrap_or_default();
    let new = after.map(Entries::of).unwrap_or_default();
    for (entry, key) in old.difference(&new) {
        entry.remove_from(snapshot, &key);
        *moves.entry(entry.bucket(&key)).or_default().entry(key).or_default() -= 1;
    }
    for (entry, key) in new.difference(&old) {
        entry.add_to(snapshot, &key);
        *moves.entry(entry.bucket(&key)).or_default().entry(key).or_default() += 1;
    }
}

/// The index entries of one state of an object.
#[derive(Default)]
struct Entries(std::collections::BTreeSet<(Entry, ObjectRef)>);

impl Entries {
    fn of(object: &AnyObject) -> Self {
        let key = object.key();
        let mut entries = std::collections::BTreeSet::new();
        let mut add = |entry| {
            entries.insert((entry, key.clone()));
        };
        add(Entry::Kind);
        add(Entry::Namespace);
        object.references(&mut |target| add(Entry::Refers(target)));
        object.selects(&mut |kind| add(Entry::Selects(kind)));
        object.labels(&mut |label, value| {
            add(Entry::Label(Arc::new(Label { name: label.into(), value: value.into() })));
        });
        Self(entries)
    }

    fn difference<'a>(&'a self, other: &'a Self) -> impl Iterator<Item = (Entry, ObjectRef)> + 'a {
        self.0.difference(&other.0).cloned()
    }
}

/// One place at which an object is indexed.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Entry {
    Kind,
    Namespace,
    Refers(ObjectRef),
    Selects(Kind),
    Label(Arc<Label>),
}

impl Entry {
    fn bucket(&self, key: &ObjectRef) -> Bucket {
        match self {
            Self::Kind => Bucket::Kind(key.kind),
            Self::Namespace => Bucket::Namespace(key.kind, Arc::clone(&key.namespace)),
            Self::Refers(target) => Bucket::Referrers(key.kind, target.clone()),
            Self::Selects(kind) => Bucket::Selecting(key.kind, *kind),
            Self::Label(label) => Bucket::Labelled(key.kind, Arc::clone(label)),
        }
    }

    fn add_to(&self, snapshot: &mut Snapshot, key: &ObjectRef) {
        match self {
            // The objects themselves are ordered by kind and namespace.
            Self::Kind | Self::Namespace => {}
            Self::Refers(target) => drop(snapshot.referrers.insert((target.clone(), key.clone()))),
            Self::Selects(kind) => drop(snapshot.selecting.insert((*kind, key.clone()))),
            Self::Label(label) => {
                snapshot.labels.insert((key.kind, Arc::clone(label), key.clone()));
            }
        }
    }

    fn remove_from(&self, snapshot: &mut Snapshot, key: &ObjectRef) {
        match self {
            Self::Kind | Self::Namespace => {}
            Self::Refers(target) => drop(snapshot.referrers.remove(&(target.clone(), key.clone()))),
            Self::Selects(kind) => drop(snapshot.selecting.remove(&(*kind, key.clone()))),
            Self::Label(label) => {
                snapshot.labels.remove(&(key.kind, Arc::clone(label), key.clone()));
            }
        }
    }
}
