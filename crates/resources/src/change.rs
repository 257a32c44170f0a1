//! What sources send to the store, and what the store says changed.

use std::{collections::BTreeSet, fmt, sync::Arc};

use eg_diag::{Kind, ObjectRef};

use crate::AnyObject;

/// Names a source of objects, such as `file` or `kubernetes`. Where two sources hold the same object, the one whose name
/// orders first owns it.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SourceId(Arc<Box<str>>);

impl SourceId {
    /// A source of this name.
    pub fn new(name: impl Into<Box<str>>) -> Self {
        Self(Arc::new(name.into()))
    }
}

impl fmt::Debug for SourceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for SourceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// One observed change.
#[derive(Clone, Debug)]
pub enum Change {
    /// The object was created or updated.
    Upsert(AnyObject),
    /// The object was deleted.
    Remove(ObjectRef),
}

impl Change {
    /// The object that changed.
    pub fn key(&self) -> &ObjectRef {
        match self {
            Self::Upsert(object) => object.key(),
            Self::Remove(key) => key,
        }
    }
}

/// What a source sends at once; it is applied whole or not at all.
#[derive(Clone, Debug)]
pub enum Batch {
    /// Everything the source has: its first batch, and its first after a restart. What it had before and is not in here
    /// is removed.
    Replace(Vec<AnyObject>),
    /// What changed since the last batch.
    Changes(Vec<Change>),
}

/// Counts the states of a store, from 0 for the empty one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Revision(pub u64);

/// A set of objects that translation reads as a whole: one entry of one index. A bucket changes when an object enters or
/// leaves it, not when an object in it changes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Bucket {
    /// All objects of a kind.
    Kind(Kind),
    /// The objects of a kind in a namespace.
    Namespace(Kind, Arc<str>),
    /// The objects of a kind that name this object.
    Referrers(Kind, ObjectRef),
    /// The objects of a kind that carry this label and value, one of those by which they are looked for.
    Labelled(Kind, Arc<Label>),
    /// The objects of the first kind that have selectors for objects of the second.
    Selecting(Kind, Kind),
}

/// A label and its value.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Label {
    /// The label.
    pub name: Box<str>,
    /// Its value.
    pub value: Box<str>,
}

impl Bucket {
    /// The objects of a kind that carry a label of this value.
    pub fn labelled(kind: Kind, label: &str, value: &str) -> Self {
        Self::Labelled(kind, Arc::new(Label { name: label.into(), value: value.into() }))
    }
}

/// An object before and after a batch.
#[derive(Clone, Debug, PartialEq)]
pub struct ObjectChange {
    /// Which object.
    pub key: ObjectRef,
    /// What it was; `None` when it is new.
    pub before: Option<AnyObject>,
    /// What it is; `None` when it is gone.
    pub after: Option<AnyObject>,
}

/// An object that a source sent although another source owns it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rejected {
    /// Which object.
    pub key: ObjectRef,
    /// Who sent it.
    pub source: SourceId,
    /// Whose object stays in force.
    pub owner: SourceId,
}

/// What one application of batches changed.
#[derive(Clone, Debug, Default)]
pub struct Delta {
    /// The revision of the store afterwards.
    pub revision: Revision,
    /// The objects whose content changed, in the order of their identities.
    pub objects: Vec<ObjectChange>,
    /// The buckets that objects entered or left.
    pub buckets: BTreeSet<Bucket>,
    /// Objects that stay out because another source owns them.
    pub rejected: Vec<Rejected>,
}

impl Delta {
    /// Whether translation has nothing to do.
    pub fn is_empty(&self) -> bool {
        self.objects.is_empty()
    }
}
