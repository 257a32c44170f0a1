//! The members of a group.

use std::{fmt, sync::Arc};

use imbl::OrdMap;

/// How many members are kept in a list. Most groups have one or two members, and there are many groups; a node of the
/// persistent map has room for dozens.
const FEW: usize = 8;

/// Members in order. Cloning is cheap, and so is changing a large collection of which there is a clone.
pub(crate) enum Collected<K, V> {
    /// A sorted list.
    Few(Arc<Vec<(K, V)>>),
    /// A persistent map; it stays one when it shrinks.
    Many(OrdMap<K, V>),
}

impl<K, V> Default for Collected<K, V> {
    fn default() -> Self {
        Self::Few(Arc::default())
    }
}

impl<K: Clone, V: Clone> Clone for Collected<K, V> {
    fn clone(&self) -> Self {
        match self {
            Self::Few(list) => Self::Few(Arc::clone(list)),
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
            Self::Few(list) => list.len(),
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
            Self::Few(list) => (Some(list.iter().map(|(key, value)| (key, value))), None),
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
            Self::Few(list) => list.iter().cloned().collect(),
            Self::Many(map) => map,
        }
    }

    /// Sets one member.
    pub(super) fn insert(&mut self, key: K, value: V) {
        match self {
            Self::Many(map) => drop(map.insert(key, value)),
            Self::Few(list) => {
                let list = Arc::make_mut(list);
                match list.binary_search_by(|(one, _)| one.cmp(&key)) {
                    Ok(at) => list[at].1 = value,
                    Err(at) => {
                        list.reserve_exact(1);
                        list.insert(at, (key, value));
                    }
                }
                if list.len() > FEW {
                    *self = Self::Many(std::mem::take(list).into_iter().collect());
                }
            }
        }
    }

    /// Removes one member, if it is there.
    pub(super) fn remove(&mut self, key: &K) {
        match self {
            Self::Many(map) => drop(map.remove(key)),
            Self::Few(list) => {
                if let Ok(at) = list.binary_search_by(|(one, _)| one.cmp(key)) {
                    Arc::make_mut(list).remove(at);
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
