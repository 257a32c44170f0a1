//! Objects that a test holds in its hand.

use eg_resources::{
    AnyObject, Batch, BoxFuture, Change, ChangeSink, ObjectRef, ResourceSource, SourceError, SourceId,
};
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use tokio::sync::mpsc;

/// Objects and the sources that watch them.
#[derive(Clone, Debug, Default)]
pub struct MemoryWorld {
    inner: Arc<Mutex<Inner>>,
}

#[derive(Debug, Default)]
struct Inner {
    objects: BTreeMap<ObjectRef, AnyObject>,
    watchers: Vec<mpsc::UnboundedSender<Batch>>,
}

impl MemoryWorld {
    /// A world of these objects.
    pub fn new(objects: impl IntoIterator<Item = AnyObject>) -> Self {
        let world = Self::default();
        world.lock().objects = objects.into_iter().map(|object| (object.key().clone(), object)).collect();
        world
    }

    /// Makes changes; every source sends them as one batch.
    pub fn change(&self, changes: &[Change]) {
        let mut inner = self.lock();
        for change in changes {
            match change {
                Change::Upsert(object) => inner.objects.insert(object.key().clone(), object.clone()),
                Change::Remove(key) => inner.objects.remove(key),
            };
        }
        inner.watchers.retain(|watcher| watcher.send(Batch::Changes(changes.to_vec())).is_ok());
    }

    /// Makes these objects the whole world; every source sends them as one batch that replaces.
    pub fn replace(&self, objects: &[AnyObject]) {
        let mut inner = self.lock();
        inner.objects = objects.iter().map(|object| (object.key().clone(), object.clone())).collect();
        inner.watchers.retain(|watcher| watcher.send(Batch::Replace(objects.to_vec())).is_ok());
    }

    /// A source that watches this world.
    pub fn source(&self, id: &str) -> MemorySource {
        MemorySource { world: self.clone(), id: SourceId::new(id) }
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Everything, and from then on every change.
    fn watch(&self) -> (Vec<AnyObject>, mpsc::UnboundedReceiver<Batch>) {
        let (sender, receiver) = mpsc::unbounded_channel();
        let mut inner = self.lock();
        inner.watchers.push(sender);
        (inner.objects.values().cloned().collect(), receiver)
    }
}

/// A source of a [`MemoryWorld`].
#[derive(Debug)]
pub struct MemorySource {
    world: MemoryWorld,
    id: SourceId,
}

impl ResourceSource for MemorySource {
    fn id(&self) -> SourceId {
        self.id.clone()
    }

    fn run(self: Box<Self>, sink: Arc<dyn ChangeSink>) -> BoxFuture<'static, Result<(), SourceError>> {
        Box::pin(async move {
            let (objects, mut changes) = self.world.watch();
            if sink.send(&self.id, Batch::Replace(objects)).await.is_err() {
                return Ok(());
            }
            // The world must not be kept alive by those who watch it.
            let id = self.id.clone();
            drop(self);
            while let Some(batch) = changes.recv().await {
                if sink.send(&id, batch).await.is_err() {
                    return Ok(());
                }
            }
            Ok(())
        })
    }
}
