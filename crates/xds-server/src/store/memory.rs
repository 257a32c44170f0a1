//! The store that keeps views in memory.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, PoisonError, RwLock,
        atomic::{AtomicU64, Ordering},
    },
};

use tokio::sync::watch;

use super::{BoxFuture, SnapshotStore};
use crate::{Changes, NodeGroup, Resource, ResourceName, Seq, TypeUrl, View};

type Slot = watch::Sender<Option<Arc<View>>>;

/// A [`SnapshotStore`] whose owner publishes changes to it.
///
/// Publishing costs work in proportion to the change, and a change that changes nothing wakes nobody. Changes are
/// serialised; clones of the `Arc` around the store may publish from several tasks.
#[derive(Debug, Default)]
pub struct MemoryStore {
    groups: RwLock<BTreeMap<NodeGroup, Slot>>,
    last_seq: AtomicU64,
}

impl MemoryStore {
    /// An empty store.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Publishes changes to a group, which is created when it does not exist; an empty change thus publishes an empty
    /// group, which tells its nodes that they have nothing to wait for.
    pub fn update(&self, group: &NodeGroup, changes: Changes) {
        self.publish(group, |_| changes);
    }

    /// Publishes the complete contents of a group: what is not listed is removed, what is equal stays untouched.
    pub fn replace(
        &self,
        group: &NodeGroup,
        all: impl IntoIterator<Item = (TypeUrl, ResourceName, Resource)>,
    ) {
        let upserts: Vec<_> = all.into_iter().collect();
        self.publish(group, |view| {
            let mut kept: Vec<_> = upserts.iter().map(|(url, name, _)| (url, name)).collect();
            kept.sort_unstable();
            let removals = view
                .keys()
                .filter(|key| kept.binary_search(key).is_err())
                .map(|(url, name)| (url.clone(), name.clone()))
                .collect();
            Changes { upserts, removals }
        });
    }

    /// Forgets a group. Connected nodes keep what they have; nodes that connect later wait for the next publication.
    pub fn remove_group(&self, group: &NodeGroup) {
        let mut groups = self.groups.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(slot) = groups.get(group) {
            if slot.receiver_count() == 0 {
                groups.remove(group);
            } else {
                slot.send_replace(None);
            }
        }
    }

    /// The groups that hold a view, in order.
    pub fn groups(&self) -> Vec<NodeGroup> {
        let groups = self.groups.read().unwrap_or_else(PoisonError::into_inner);
        groups.iter().filter(|(_, slot)| slot.borrow().is_some()).map(|(group, _)| group.clone()).collect()
    }

    fn publish(&self, group: &NodeGroup, changes: impl FnOnce(&View) -> Changes) {
        let mut groups = self.groups.write().unwrap_or_else(PoisonError::into_inner);
        let slot = groups.entry(group.clone()).or_default();
        let old = slot.borrow().clone();
        let seq = Seq(self.last_seq.fetch_add(1, Ordering::Relaxed) + 1);
        let next = if let Some(view) = &old {
            view.apply(seq, changes(view))
        } else {
            let empty = View::empty_at(seq);
            Some(empty.apply(seq, changes(&empty)).unwrap_or(empty))
        };
        if let Some(next) = next {
            slot.send_replace(Some(Arc::new(next)));
        }
    }

    /// Subscribes to a group, also to one that does not exist yet. Slots that only absent nodes asked for are dropped
    /// on the way, so that made-up group names do not pile up.
    fn subscribe(&self, group: &NodeGroup) -> watch::Receiver<Option<Arc<View>>> {
        if let Some(slot) = self.groups.read().unwrap_or_else(PoisonError::into_inner).get(group) {
            return slot.subscribe();
        }
        let mut groups = self.groups.write().unwrap_or_else(PoisonError::into_inner);
        groups.retain(|_, slot| slot.receiver_count() > 0 || slot.borrow().is_some());
        groups.entry(group.clone()).or_default().subscribe()
    }
}

impl SnapshotStore for MemoryStore {
    fn view(&self, group: &NodeGroup) -> Option<Arc<View>> {
        let groups = self.groups.read().unwrap_or_else(PoisonError::into_inner);
        groups.get(group).and_then(|slot| slot.borrow().clone())
    }

    fn changed(&self, group: &NodeGroup, seen: Option<Seq>) -> BoxFuture<'static, ()> {
        let mut receiver = self.subscribe(group);
        Box::pin(async move {
            let moved_on =
                receiver.wait_for(|view| view.as_ref().map(|view| view.seq()) != seen).await.is_ok();
            if !moved_on {
                // The store is gone; nothing will ever change again.
                std::future::pending::<()>().await;
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    fn cluster(name: &str, content: &str) -> (TypeUrl, ResourceName, Resource) {
        (TypeUrl::CLUSTER, name.into(), Resource::new(content.to_owned().into()))
    }

    fn names(store: &MemoryStore, group: &NodeGroup) -> Vec<String> {
        let view = store.view(group).expect("the group has a view");
        view.names(&TypeUrl::CLUSTER).map(ToString::to_string).collect()
    }

    #[test]
    fn replace_removes_what_is_not_listed_and_wakes_only_on_change() {
        let (store, group) = (MemoryStore::new(), NodeGroup::from("ns/gw"));
        store.replace(&group, [cluster("a", "1"), cluster("b", "1")]);
        let seq = store.view(&group).map(|view| view.seq());
        store.replace(&group, [cluster("b", "1"), cluster("a", "1")]);
        assert_eq!(store.view(&group).map(|view| view.seq()), seq);
        assert!(store.changed(&group, seq).now_or_never().is_none());
        store.replace(&group, [cluster("b", "1"), cluster("c", "1")]);
        assert_eq!(names(&store, &group), ["b", "c"]);
        assert!(store.changed(&group, seq).now_or_never().is_some());
    }

    #[test]
    fn an_empty_update_publishes_an_empty_group() {
        let (store, group) = (MemoryStore::new(), NodeGroup::from("ns/gw"));
        assert!(store.view(&group).is_none());
        let mut waiting = store.changed(&group, None);
        assert!((&mut waiting).now_or_never().is_none());
        store.update(&group, Changes::default());
        assert!(waiting.now_or_never().is_some());
        assert!(names(&store, &group).is_empty());
    }

    #[test]
    fn a_group_that_returns_continues_the_sequence() {
        let (store, group) = (MemoryStore::new(), NodeGroup::from("ns/gw"));
        store.replace(&group, [cluster("a", "1")]);
        let before = store.view(&group).map(|view| view.seq());
        store.remove_group(&group);
        assert!(store.view(&group).is_none() && store.groups().is_empty());
        store.replace(&group, [cluster("a", "1")]);
        assert!(store.view(&group).map(|view| view.seq()) > before);
    }

    #[test]
    fn made_up_groups_do_not_pile_up() {
        let store = MemoryStore::new();
        for n in 0..100 {
            drop(store.changed(&NodeGroup::from(format!("made-up-{n}").as_str()), None));
        }
        assert!(store.groups.read().expect("not poisoned").len() <= 1);
    }
}
