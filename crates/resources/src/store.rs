//! The single writer of snapshots.

use std::collections::{BTreeMap, BTreeSet};

use eg_diag::ObjectRef;

use crate::{
    AnyObject, Batch, Change, Delta, ObjectChange, Rejected, Revision, Snapshot, SourceId, snapshot::Entry,
};

mod index;

/// The ground state: what the sources know, with its indexes.
///
/// Applying a batch costs work in proportion to the batch; a [`Snapshot`] costs nothing.
#[derive(Debug, Default)]
pub struct Store {
    current: Snapshot,
    owned: BTreeMap<SourceId, BTreeSet<ObjectRef>>,
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
        let mut step = Step { before: BTreeMap::new(), buckets: BTreeMap::new(), rejected: Vec::new() };
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
        self.finish(step)
    }

    fn replace(&mut self, step: &mut Step, source: &SourceId, objects: Vec<AnyObject>) {
        let kept: BTreeSet<&ObjectRef> = objects.iter().map(AnyObject::key).collect();
        let held = self.owned.get(source).into_iter().flatten();
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
        let key = object.key().clone();
        match self.current.source(&key).cloned() {
            Some(owner) if owner < *source => {
                step.rejected.push(Rejected { key: key.clone(), source: source.clone(), owner });
                self.shadowed.entry(key).or_default().insert(source.clone(), object);
            }
            Some(owner) if owner != *source => {
                if let Some(shadowed) = self.current.get_any(&key).cloned() {
                    step.rejected.push(Rejected {
                        key: key.clone(),
                        source: owner.clone(),
                        owner: source.clone(),
                    });
                    self.shadowed.entry(key.clone()).or_default().insert(owner.clone(), shadowed);
                }
                self.disown(&owner, &key);
                self.set(step, key, Some((object, source.clone())));
            }
            _ => self.set(step, key, Some((object, source.clone()))),
        }
    }

    fn remove(&mut self, step: &mut Step, source: &SourceId, key: &ObjectRef) {
        if let Some(shadows) = self.shadowed.get_mut(key) {
            shadows.remove(source);
        }
        if self.current.source(key) != Some(source) {
            return;
        }
        self.disown(source, key);
        let heir = self.shadowed.get_mut(key).and_then(BTreeMap::pop_first);
        if self.shadowed.get(key).is_some_and(BTreeMap::is_empty) {
            self.shadowed.remove(key);
        }
        self.set(step, key.clone(), heir.map(|(source, object)| (object, source)));
    }

    fn disown(&mut self, source: &SourceId, key: &ObjectRef) {
        if let Some(keys) = self.owned.get_mut(source) {
            keys.remove(key);
        }
    }

    /// Puts an object into force, or takes it out, and keeps the indexes true.
    fn set(&mut self, step: &mut Step, key: ObjectRef, to: Option<(AnyObject, SourceId)>) {
        if let Some((_, source)) = &to {
            self.owned.entry(source.clone()).or_default().insert(key.clone());
        }
        let before = self.current.get_any(&key).cloned();
        if let (Some(old), Some((new, _))) = (&before, &to)
            && old == new
        {
            return;
        }
        let after = to.as_ref().map(|(object, _)| object.clone());
        index::update(&mut self.current, &mut step.buckets, before.as_ref(), after.as_ref());
        match to {
            Some((object, source)) => self.current.objects.insert(key.clone(), Entry { object, source }),
            None => self.current.objects.remove(&key),
        };
        step.before.entry(key).or_insert(before);
    }

    fn finish(&mut self, step: Step) -> Delta {
        let mut objects = Vec::with_capacity(step.before.len());
        for (key, before) in step.before {
            let after = self.current.get_any(&key).cloned();
            if before != after {
                objects.push(ObjectChange { key, before, after });
            }
        }
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
struct Step {
    /// The objects touched, as they were before.
    before: BTreeMap<ObjectRef, Option<AnyObject>>,
    buckets: index::Moves,
    rejected: Vec<Rejected>,
}
