//! The names a client asked for.

use std::{
    collections::HashMap,
    hash::{BuildHasher, RandomState},
    sync::{Arc, LazyLock, Mutex, PoisonError, Weak},
};

use crate::ResourceName;

/// A set of names, in order. Sets of streams that want the same share their memory after [`NameSet::share`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct NameSet(Arc<Vec<ResourceName>>);

impl NameSet {
    pub(super) fn contains(&self, name: &str) -> bool {
        self.position(name).is_ok()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &ResourceName> {
        self.0.iter()
    }

    pub(super) fn insert(&mut self, name: ResourceName) {
        if let Err(at) = self.position(&name) {
            Arc::make_mut(&mut self.0).insert(at, name);
        }
    }

    /// Removes a name; false when it was not there.
    pub(super) fn remove(&mut self, name: &str) -> bool {
        let place = self.position(name);
        if let Ok(at) = place {
            Arc::make_mut(&mut self.0).remove(at);
        }
        place.is_ok()
    }

    /// Takes over the memory of an equal set, if another stream has one whose names are the store's.
    pub(super) fn share(&mut self) {
        static SETS: LazyLock<Sets> = LazyLock::new(Sets::default);
        SETS.share(&mut self.0);
    }

    fn position(&self, name: &str) -> Result<usize, usize> {
        self.0.binary_search_by(|known| (**known).cmp(name))
    }
}

impl FromIterator<ResourceName> for NameSet {
    fn from_iter<I: IntoIterator<Item = ResourceName>>(names: I) -> Self {
        let mut names: Vec<_> = names.into_iter().collect();
        names.sort_unstable();
        names.dedup();
        names.shrink_to_fit();
        Self(Arc::new(names))
    }
}

/// The sets that streams hold, kept alive by them alone.
#[derive(Debug, Default)]
struct Sets {
    hasher: RandomState,
    live: Mutex<Live>,
}

#[derive(Debug, Default)]
struct Live {
    by_hash: HashMap<u64, Weak<Vec<ResourceName>>>,
    /// Size after the last sweep; the map is swept when it has doubled.
    swept: usize,
}

impl Sets {
    fn share(&self, names: &mut Arc<Vec<ResourceName>>) {
        // The store's names are one allocation each, so comparing addresses is enough and does not read the text.
        let address = |name: &ResourceName| name.as_ptr().addr();
        let hash = self.hasher.hash_one(names.iter().map(address).collect::<Vec<_>>());
        let mut live = self.live.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = live.by_hash.get(&hash).and_then(Weak::upgrade) {
            if known.iter().map(address).eq(names.iter().map(address)) {
                *names = known;
            }
            return;
        }
        if live.by_hash.len() > 2 * live.swept + 16 {
            live.by_hash.retain(|_, weak| weak.strong_count() > 0);
            live.swept = live.by_hash.len();
        }
        live.by_hash.insert(hash, Arc::downgrade(names));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_sets_share_until_one_changes() {
        let names: Vec<ResourceName> = ["b", "a", "c"].map(ResourceName::from).into();
        let mut one: NameSet = names.iter().cloned().collect();
        let mut two: NameSet = names.iter().rev().cloned().chain(names.clone()).collect();
        assert_eq!(one, two);
        one.share();
        two.share();
        assert!(Arc::ptr_eq(&one.0, &two.0));
        assert!(two.remove("b") && !two.remove("b"));
        assert!(one.contains("b") && !two.contains("b"));
        two.insert(names[0].clone());
        two.share();
        assert!(Arc::ptr_eq(&one.0, &two.0));
    }
}
