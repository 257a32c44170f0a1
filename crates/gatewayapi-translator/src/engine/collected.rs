//! The members of a group.

use std::{fmt, sync::Arc};

use imbl::OrdMap;

/// How many members are kept in a list. Most groups have one or two members, and there are many groups; a node of the
/// persistent map has room for dozens.
const FEW: usize = 8;

/// Members in order. Cloning is cheap, and so is changing a large collection of which there is a clone.
pub(crate) enum Collected<K, V> {
    /// A sorted list; absent when there is nothing in it.
    Few(Option<Arc<[(K, V)]>>),
    /// A persistent map; it stays one when it shrinks.
    Many(OrdMap<K, V>),
}

impl<K, V> Default for Collected<K, V> {
    fn default() -> Self {
        Self::Few(None)
    }
}

impl<K: Clone, V: Clone> Clone for Collected<K, V> {
    fn clone(&self) -> Self {
        match self {
            Self::Few(list) => Self::Few(list.clone()),
            Self::Many(map) => Self::Many(map.clone()),
        }
    }
}

impl<K: Ord + Clone + fmt::Debug, V: Clone + fmt::Debug> fmt::Debug for Collected<K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

impl<K: Ord + Clone, V: Clone> Collected<K, V> {
    /// How many members there are.
    pub(crate) fn len(&self) -> usize {
        match self {
            Self::Few(list) => list.as_deref().map_or(0, <[_]>::len),
            Self::Many(map) => map.len(),
        }
    }

    /// Whether there is no member.
    pub(crate) fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The members in order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&K, &V)> {
        let (few, many) = match self {
            Self::Few(list) => {
                (list.as_deref().map(|list| list.iter().map(|(key, value)| (key, value))), None)
            }
            Self::Many(map) => (None, Some(map.iter())),
        };
        few.into_iter().flatten().chain(many.into_iter().flatten())
    }

    /// The names of the members in order.
    pub(crate) fn keys(&self) -> impl Iterator<Item = &K> {
        self.iter().map(|(key, _)| key)
    }

    /// What was sent, in the order of the members.
    pub(crate) fn values(&self) -> impl Iterator<Item = &V> {
        self.iter().map(|(_, value)| value)
    }

    /// The first member.
    pub(crate) fn first(&self) -> Option<(&K, &V)> {
        self.iter().next()
    }

    /// The members as a persistent map.
    pub(crate) fn into_map(self) -> OrdMap<K, V> {
        match self {
            Self::Few(list) => list.as_deref().unwrap_or_default().iter().cloned().collect(),
            Self::Many(map) => map,
        }
    }

    /// One member.
    pub(super) fn get(&self, key: &K) -> Option<&V> {
        match self {
            Self::Many(map) => map.get(key),
            Self::Few(list) => {
                let list = list.as_deref()?;
                let at = list.binary_search_by(|(one, _)| one.cmp(key)).ok()?;
                list.get(at).map(|(_, value)| value)
            }
        }
    }

    /// Sets one member.
    pub(super) fn insert(&mut self, key: K, value: V) {
        let list = match self {
            Self::Many(map) => return drop(map.insert(key, value)),
            Self::Few(list) => list.as_deref().unwrap_or_default(),
        };
        let (at, replaced) = match list.binary_search_by(|(one, _)| one.cmp(&key)) {
            Ok(at) => (at, 1),
            Err(at) => (at, 0),
        };
        let (before, after) = (list.iter().take(at), list.iter().skip(at + replaced));
        let members = before.cloned().chain([(key, value)]).chain(after.cloned());
        *self = if list.len() - replaced < FEW {
            Self::Few(Some(members.collect()))
        } else {
            Self::Many(members.collect())
        };
    }

    /// Removes one member, if it is there.
    pub(super) fn remove(&mut self, key: &K) {
        match self {
            Self::Many(map) => drop(map.remove(key)),
            Self::Few(list) => {
                let members = list.as_deref().unwrap_or_default();
                if members.iter().any(|(one, _)| one == key) {
                    let rest: Arc<[_]> = members.iter().filter(|(one, _)| one != key).cloned().collect();
                    *list = Some(rest).filter(|rest| !rest.is_empty());
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_and_maps_behave_alike() {
        let mut collected = Collected::default();
        let mut expected = std::collections::BTreeMap::new();
        // Numbers out of order, each written twice, over the threshold and back to nothing.
        for number in (0..3 * FEW).map(|number| number * 7 % (3 * FEW)) {
            for value in ["first", "second"] {
                collected.insert(number, value);
                expected.insert(number, value);
            }
            assert!(collected.iter().eq(&expected), "{collected:?}");
        }
        let before = collected.clone();
        for number in (0..3 * FEW).map(|number| number * 5 % (3 * FEW)) {
            collected.remove(&number);
            expected.remove(&number);
            assert_eq!((collected.len(), collected.is_empty()), (expected.len(), expected.is_empty()));
            assert!(collected.iter().eq(&expected), "{collected:?}");
        }
        assert_eq!(before.len(), 3 * FEW);
    }

    #[test]
    fn a_clone_of_few_is_left_alone() {
        let mut collected = Collected::default();
        collected.insert("b", 1);
        let before = collected.clone();
        collected.insert("a", 2);
        collected.remove(&"b");
        assert_eq!(before.into_map(), OrdMap::unit("b", 1));
        assert_eq!(collected.first(), Some((&"a", &2)));
        assert_eq!(collected.keys().zip(collected.values()).count(), 1);
    }
}
