//! The single writer of snapshots.

use std::collections::{BTreeMap, BTreeSet};

use eg_diag::ObjectRef;

use crate::{
    AnyObject, Batch, Change, Delta, ObjectChange, Rejected, Revision, Snapshot, SourceId, snapshot::Entry,
};

mod index;

/// Fewer objects than these are never worth tidying up.
const FEW: usize = 16;

/// The ground state: what the sources know, with its indexes.
///
/// Applying a batch costs work in proportion to the batch; a [`Snapshot`] costs nothing.
#[derive(Debug, Default)]
pub struct Store {
    current: Snapshot,
    /// Objects that a source sent while another source owned them; they come into force when the owner lets go.
    shadowed: BTreeMap<ObjectRef, BTreeMap<SourceId, AnyObject>>,
}

impl Store {
    /// An empty store.
    pub fn new() -> Self {
        Self::default()
    }

    /// The current state.
    pub fn snapshot(&self) -> Snapshot {
        self.current.clone()
    }

    /// Applies one batch of one source.
    pub fn apply(&mut self, source: &SourceId, batch: Batch) -> Delta {
        self.apply_all([(source.clone(), batch)])
    }

    /// Applies batches in order, as one change: an upsert equal to what is there is no change, nor is an object that is
    /// removed and added again unaltered.
    pub fn apply_all(&mut self, batches: impl IntoIterator<Item = (SourceId, Batch)>) -> Delta {
        let mut step = Step::default();
        let before = self.current.len();
        for (source, batch) in batches {
            match batch {
                Batch::Replace(objects) => self.replace(&mut step, &source, objects),
                Batch::Changes(changes) => {
                    for change in changes {
                        match change {
                            Change::Upsert(object) => self.upsert(&mut step, &source, object),
                            Change::Remove(key) => self.remove(&mut step, &source, &key),
                        }
                    }
                }
            }
        }
        if self.current.len() >= 2 * before.max(FEW) {
            self.current.refill();
        }
        self.finish(step)
    }

    fn replace(&mut self, step: &mut Step, source: &SourceId, objects: Vec<AnyObject>) {
        let kept: BTreeSet<&ObjectRef> = objects.iter().map(AnyObject::key).collect();
        let owned = self.current.objects.iter().filter(|(_, held)| held.source == *source);
        let held = owned.map(|(key, _)| key);
        let shadowed = self.shadowed.iter().filter(|(_, by)| by.contains_key(source)).map(|(key, _)| key);
        let gone: Vec<ObjectRef> = held.chain(shadowed).filter(|key| !kept.contains(key)).cloned().collect();
        for key in gone {
            self.remove(step, source, &key);
        }
        for object in objects {
            self.upsert(step, source, object);
        }
    }

    fn upsert(&mut self, step: &mut Step, source: &SourceId, object: AnyObject) {
        let before = self.current.objects.get(object.key()).cloned();
        match &before {
            Some(held) if held.source < *source => {
                let (key, owner) = (object.key().clone(), held.source.clone());
                step.rejected.push(Rejected { key: key.clone(), source: source.clone(), owner });
                self.shadowed.entry(key).or_default().insert(source.clone(), object);
            }
            Some(held) if held.source != *source => {
                let (key, owner) = (object.key().clone(), held.source.clone());
                step.rejected.push(Rejected {
                    key: key.clone(),
                    source: owner.clone(),
                    owner: source.clone(),
                });
                self.shadowed.entry(key.clone()).or_default().insert(owner.clone(), held.object.clone());
                self.set(step, before, Some(Entry { object, source: source.clone() }));
            }
            _ => self.set(step, before, Some(Entry { object, source: source.clone() })),
        }
    }

    fn remove(&mut self, step: &mut Step, source: &SourceId, key: &ObjectRef) {
        if let Some(shadows) = self.shadowed.get_mut(key) {
            shadows.remove(source);
        }
        let before = self.current.objects.get(key).filter(|held| held.source == *source).cloned();
        if before.is_none() {
            return;
        }
        let heir = self.shadowed.get_mut(key).and_then(BTreeMap::pop_first);
        if self.shadowed.get(key).is_some_and(BTreeMap::is_empty) {
            self.shadowed.remove(key);
        }
        self.set(step, before, heir.map(|(source, object)| Entry { object, source }));
    }

    /// Puts an object into force in place of another one, or takes it out, and keeps the indexes true.
    fn set(&mut self, step: &mut Step, before: Option<Entry>, to: Option<Entry>) {
        let Some(key) = to.as_ref().or(before.as_ref()).map(|entry| entry.object.key().clone()) else {
            return;
        };
        let (old, new) = (before.as_ref().map(|entry| &entry.object), to.as_ref().map(|entry| &entry.object));
        let same = old.is_some() && old == new;
        if !same {
            index::update(&mut self.current, &mut step.buckets, old, new);
            let touched = step.touched.entry(key.clone());
            let touched = touched.or_insert_with(|| (old.cloned(), None));
            touched.1 = new.cloned();
        }
        match to {
            // An equal object stays what it was, so that whoever holds it holds the same one.
            Some(to) if same && before.is_some_and(|before| before.source == to.source) => {}
            Some(to) => drop(self.current.objects.insert(key, to)),
            None => drop(self.current.objects.remove(&key)),
        }
    }

    fn finish(&mut self, step: Step) -> Delta {
        let changed = step.touched.into_iter().filter(|(_, (before, after))| before != after);
        let objects: Vec<ObjectChange> =
            changed.map(|(key, (before, after))| ObjectChange { key, before, after }).collect();
        if !objects.is_empty() {
            self.current.revision = Revision(self.current.revision.0 + 1);
        }
        // What entered and left a bucket as often in one step did not change it.
        let buckets = step.buckets.into_iter().filter(|(_, members)| members.values().any(|n| *n != 0));
        Delta {
            revision: self.current.revision,
            objects,
            buckets: buckets.map(|(bucket, _)| bucket).collect(),
            rejected: step.rejected,
        }
    }
}

/// What happened so far in one application.
#[derive(Default)]
struct Step {
    /// The objects touched, as they were before and as they are.
    touched: BTreeMap<ObjectRef, (Option<AnyObject>, Option<AnyObject>)>,
    buckets: index::Moves,
    rejected: Vec<Rejected>,
}
