//! Immutable views of the store.

use std::{cmp::Ordering, sync::Arc};

use eg_diag::{Kind, ObjectRef};
use imbl::{OrdMap, OrdSet};

use crate::{AnyObject, Bucket, Delta, Label, Object, ObjectChange, Revision, SourceId};

/// The store at one revision. Cloning is cheap, and no later change of the store is seen.
#[derive(Clone, Debug, Default)]
pub struct Snapshot {
    pub(crate) revision: Revision,
    pub(crate) objects: OrdMap<ObjectRef, Entry>,
    pub(crate) referrers: OrdSet<(ObjectRef, ObjectRef)>,
    pub(crate) labels: OrdSet<(Kind, Arc<Label>, ObjectRef)>,
    pub(crate) selecting: OrdSet<(Kind, ObjectRef)>,
}

/// A tree of these entries, which are in order. The nodes of one that is filled in order are half empty; every other entry
/// first, and then those between them, fills all nodes.
fn filled<T, C: FromIterator<T>>(entries: impl Iterator<Item = T> + Clone) -> C {
    entries.clone().step_by(2).chain(entries.skip(1).step_by(2)).collect()
}

/// One object and whose it is.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Entry {
    pub(crate) object: AnyObject,
    pub(crate) source: SourceId,
}

impl Snapshot {
    /// The revision of the store that this view shows.
    pub fn revision(&self) -> Revision {
        self.revision
    }

    /// Fills the trees anew, which makes them smaller after much was added.
    pub(crate) fn refill(&mut self) {
        let Self { revision: _, objects, referrers, labels, selecting } = self;
        *objects = filled(objects.iter().map(|(key, entry)| (key.clone(), entry.clone())));
        *referrers = filled(referrers.iter().cloned());
        *labels = filled(labels.iter().cloned());
        *selecting = filled(selecting.iter().cloned());
    }

    /// How many objects there are.
    pub fn len(&self) -> usize {
        self.objects.len()
    }

    /// Whether there are no objects.
    pub fn is_empty(&self) -> bool {
        self.objects.is_empty()
    }

    /// The object of this type, namespace (empty for cluster scope) and name.
    pub fn get<K: Object>(&self, namespace: &str, name: &str) -> Option<Arc<K>> {
        let entry = self.objects.get(&Borrowed { kind: K::KIND, namespace, name })?;
        entry.object.downcast()
    }

    /// The object of this identity.
    pub fn get_any(&self, key: &ObjectRef) -> Option<&AnyObject> {
        self.objects.get(key).map(|entry| &entry.object)
    }

    /// Which source owns the object.
    pub fn source(&self, key: &ObjectRef) -> Option<&SourceId> {
        self.objects.get(key).map(|entry| &entry.source)
    }

    /// What an empty store would have reported when it became this.
    pub fn as_delta(&self) -> Delta {
        let change = |object: &AnyObject| ObjectChange {
            key: object.key().clone(),
            before: None,
            after: Some(object.clone()),
        };
        // Nobody has read a bucket of the empty store, so none needs to be named.
        Delta { revision: self.revision, objects: self.iter().map(change).collect(), ..Delta::default() }
    }

    /// All objects, in the order of their identities.
    pub fn iter(&self) -> impl Iterator<Item = &AnyObject> {
        self.objects.values().map(|entry| &entry.object)
    }

    /// All objects of a kind, by namespace and name.
    pub fn list(&self, kind: Kind) -> impl Iterator<Item = &AnyObject> {
        let from = Borrowed { kind, namespace: "", name: "" };
        let tail = self.objects.range(from.to_owned()..);
        tail.take_while(move |(key, _)| key.kind == kind).map(|(_, entry)| &entry.object)
    }

    /// The identities of the objects in a bucket, in order.
    pub fn bucket(&self, bucket: &Bucket) -> Vec<ObjectRef> {
        match bucket {
            Bucket::Kind(kind) => self.list(*kind).map(|object| object.key().clone()).collect(),
            Bucket::Namespace(kind, namespace) => {
                let from = ObjectRef::new(*kind, Arc::clone(namespace), "");
                let tail = self.objects.range(from..).map(|(key, _)| key);
                tail.take_while(|key| key.kind == *kind && key.namespace == *namespace).cloned().collect()
            }
            Bucket::Referrers(kind, target) => {
                let from = (target.clone(), ObjectRef::new(*kind, "", ""));
                let tail = self.referrers.range(from..);
                tail.take_while(|(to, from)| to == target && from.kind == *kind)
                    .map(|(_, from)| from.clone())
                    .collect()
            }
            Bucket::Labelled(kind, label) => {
                let from = (*kind, Arc::clone(label), ObjectRef::new(*kind, "", ""));
                let tail = self.labels.range(from..);
                tail.take_while(|(k, l, _)| k == kind && l == label).map(|(_, _, key)| key.clone()).collect()
            }
            Bucket::Selecting(policy, target) => {
                let from = (*target, ObjectRef::new(*policy, "", ""));
                let tail = self.selecting.range(from..);
                tail.take_while(|(t, p)| t == target && p.kind == *policy).map(|(_, p)| p.clone()).collect()
            }
        }
    }
}

/// An [`ObjectRef`] that borrows its text, so that a look-up allocates nothing.
#[derive(Clone, Copy)]
pub(crate) struct Borrowed<'a> {
    pub(crate) kind: Kind,
    pub(crate) namespace: &'a str,
    pub(crate) name: &'a str,
}

impl Borrowed<'_> {
    fn to_owned(self) -> ObjectRef {
        ObjectRef::new(self.kind, self.namespace, self.name)
    }
}

impl equivalent::Equivalent<ObjectRef> for Borrowed<'_> {
    fn equivalent(&self, key: &ObjectRef) -> bool {
        self.kind == key.kind && *self.namespace == *key.namespace && *self.name == *key.name
    }
}

impl equivalent::Comparable<ObjectRef> for Borrowed<'_> {
    fn compare(&self, key: &ObjectRef) -> Ordering {
        let kind = self.kind.cmp(&key.kind);
        kind.then_with(|| self.namespace.cmp(&*key.namespace)).then_with(|| self.name.cmp(&*key.name))
    }
}
