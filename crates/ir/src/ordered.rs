//! A persistent map that is a list while it is small.

use std::{fmt, sync::Arc};

use imbl::{OrdMap, ordmap::DiffItem};

/// How many entries are kept in a list. There are many small maps, and a node of the persistent map has room for dozens.
const FEW: usize = 8;

/// Entries in order. Cloning is cheap, and so is changing a large map of which there is a clone.
pub struct Ordered<K, V>(Form<K, V>);

enum Form<K, V> {
    /// A sorted list; absent when there is nothing in it.
    Few(Option<Arc<[(K, V)]>>),
    /// A persistent map; it stays one when it shrinks.
    Many(OrdMap<K, V>),
}

/// An entry that differs between two maps: its key, and its value in the old and in the new one.
pub type Difference<'a, K, V> = (&'a K, Option<&'a V>, Option<&'a V>);

impl<K, V> Default for Ordered<K, V> {
    fn default() -> Self {
        Self(Form::Few(None))
    }
}

impl<K: Clone, V: Clone> Clone for Ordered<K, V> {
    fn clone(&self) -> Self {
        Self(match &self.0 {
            Form::Few(list) => Form::Few(list.clone()),
            Form::Many(map) => Form::Many(map.clone()),
        })
    }
}

impl<K: Ord + Clone + fmt::Debug, V: Clone + fmt::Debug> fmt::Debug for Ordered<K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

impl<K: Ord + Clone, V: Clone + PartialEq> PartialEq for Ordered<K, V> {
    fn eq(&self, other: &Self) -> bool {
        match (&self.0, &other.0) {
            (Form::Many(one), Form::Many(other)) => one == other,
            _ => self.len() == other.len() && self.iter().eq(other.iter()),
        }
    }
}

impl<K: Ord + Clone, V: Clone + Eq> Eq for Ordered<K, V> {}

impl<K: Ord + Clone, V: Clone> FromIterator<(K, V)> for Ordered<K, V> {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(entries: I) -> Self {
        let mut ordered = Self::default();
        for (key, value) in entries {
            ordered.insert(key, value);
        }
        ordered
    }
}

/// Fills a map anew that has at least twice as many entries as `before`.
///
/// The nodes of a map that is filled in order are half empty. Every other entry first, and then those between them, fills all
/// nodes. Whoever calls this after each update does so at the cost of what was added.
pub fn compact<K: Ord + Clone, V: Clone>(map: &mut OrdMap<K, V>, before: usize) {
    if map.len() < 2 * before.max(FEW) {
        return;
    }
    let entries = map.iter().step_by(2).chain(map.iter().skip(1).step_by(2));
    let filled = entries.map(|(key, value)| (key.clone(), value.clone())).collect();
    *map = filled;
}

impl<K: Ord + Clone, V: Clone> Ordered<K, V> {
    /// [`compact`] for a large map; a list is compact anyway.
    pub fn compact(&mut self, before: usize) {
        if let Form::Many(map) = &mut self.0 {
            compact(map, before);
        }
    }

    /// How many entries there are.
    pub fn len(&self) -> usize {
        match &self.0 {
            Form::Few(list) => list.as_deref().map_or(0, <[_]>::len),
            Form::Many(map) => map.len(),
        }
    }

    /// Whether there is no entry.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The entries in order.
    pub fn iter(&self) -> impl Iterator<Item = (&K, &V)> {
        let (few, many) = match &self.0 {
            Form::Few(list) => (Some(list.as_deref().unwrap_or_default()), None),
            Form::Many(map) => (None, Some(map.iter())),
        };
        few.into_iter().flatten().map(|(key, value)| (key, value)).chain(many.into_iter().flatten())
    }

    /// The keys in order.
    pub fn keys(&self) -> impl Iterator<Item = &K> {
        self.iter().map(|(key, _)| key)
    }

    /// The values in the order of their keys.
    pub fn values(&self) -> impl Iterator<Item = &V> {
        self.iter().map(|(_, value)| value)
    }

    /// The first entry.
    pub fn first(&self) -> Option<(&K, &V)> {
        self.iter().next()
    }

    /// The entries as a persistent map, whatever their number.
    pub fn into_map(self) -> OrdMap<K, V> {
        match self.0 {
            Form::Few(list) => list.as_deref().unwrap_or_default().iter().cloned().collect(),
            Form::Many(map) => map,
        }
    }

    /// The value of a key.
    pub fn get(&self, key: &K) -> Option<&V> {
        match &self.0 {
            Form::Many(map) => map.get(key),
            Form::Few(list) => {
                let list = list.as_deref()?;
                let at = list.binary_search_by(|(one, _)| one.cmp(key)).ok()?;
                list.get(at).map(|(_, value)| value)
            }
        }
    }

    /// Sets an entry, and returns the value that the key had.
    pub fn insert(&mut self, key: K, value: V) -> Option<V> {
        let list = match &mut self.0 {
            Form::Many(map) => return map.insert(key, value),
            Form::Few(list) => list.as_deref().unwrap_or_default(),
        };
        let (at, old) = match list.binary_search_by(|(one, _)| one.cmp(&key)) {
            Ok(at) => (at, list.get(at).map(|(_, old)| old.clone())),
            Err(at) => (at, None),
        };
        let (before, after) = (list.iter().take(at), list.iter().skip(at + usize::from(old.is_some())));
        let entries = before.cloned().chain([(key, value)]).chain(after.cloned());
        self.0 = if list.len() < FEW + usize::from(old.is_some()) {
            Form::Few(Some(entries.collect()))
        } else {
            Form::Many(entries.collect())
        };
        old
    }

    /// Removes an entry, if it is there, and returns its value.
    pub fn remove(&mut self, key: &K) -> Option<V> {
        match &mut self.0 {
            Form::Many(map) => map.remove(key),
            Form::Few(list) => {
                let entries = list.as_deref().unwrap_or_default();
                let at = entries.binary_search_by(|(one, _)| one.cmp(key)).ok()?;
                let old = entries.get(at).map(|(_, old)| old.clone());
                let (before, after) = (entries.iter().take(at), entries.iter().skip(at + 1));
                let rest: Arc<[_]> = before.chain(after).cloned().collect();
                *list = Some(rest).filter(|rest| !rest.is_empty());
                old
            }
        }
    }

    /// What differs in `new`, in order. The cost follows the number of differences where one large map was made from the
    /// other.
    pub fn diff<'a>(&'a self, new: &'a Self) -> Vec<Difference<'a, K, V>>
    where
        V: PartialEq,
    {
        if let (Form::Many(old), Form::Many(new)) = (&self.0, &new.0) {
            let difference = |item| match item {
                DiffItem::Add(key, value) => (key, None, Some(value)),
                DiffItem::Update { old: (key, old), new: (_, new) } => (key, Some(old), Some(new)),
                DiffItem::Remove(key, value) => (key, Some(value), None),
            };
            return old.diff(new).map(difference).collect();
        }
        let mut differences = Vec::new();
        let (mut olds, mut news) = (self.iter().peekable(), new.iter().peekable());
        loop {
            let next = match (olds.peek(), news.peek()) {
                (None, None) => return differences,
                (Some((old, _)), Some((new, _))) => old.min(new),
                (Some((key, _)), None) | (None, Some((key, _))) => key,
            };
            let key = *next;
            let old = olds.next_if(|(one, _)| *one == key).map(|(_, value)| value);
            let new = news.next_if(|(one, _)| *one == key).map(|(_, value)| value);
            if old != new {
                differences.push((key, old, new));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_and_maps_behave_alike() {
        let mut ordered = Ordered::default();
        let mut expected = std::collections::BTreeMap::new();
        // Numbers out of order, each written twice, over the threshold and back to nothing.
        for number in (0..3 * FEW).map(|number| number * 7 % (3 * FEW)) {
            for value in ["first", "second"] {
                assert_eq!(ordered.insert(number, value), expected.insert(number, value));
            }
            assert!(ordered.iter().eq(&expected), "{ordered:?}");
            assert_eq!(ordered.get(&number), Some(&"second"));
        }
        let before = ordered.clone();
        for number in (0..3 * FEW).map(|number| number * 5 % (3 * FEW)) {
            for _ in 0..2 {
                assert_eq!(ordered.remove(&number), expected.remove(&number));
            }
            assert_eq!((ordered.len(), ordered.is_empty()), (expected.len(), expected.is_empty()));
            assert!(ordered.iter().eq(&expected), "{ordered:?}");
        }
        assert_eq!(before.len(), 3 * FEW);
    }

    #[test]
    fn a_map_that_was_filled_anew_is_the_same_map() {
        for count in [0, 1, FEW - 1, FEW + 1, 100 * FEW + 1] {
            let ordered: Ordered<usize, usize> = (0..count).map(|number| (number, number * 2)).collect();
            let mut compact = ordered.clone();
            compact.compact(count / 2);
            assert_eq!(compact, ordered);
            compact.insert(count, 0);
            assert_eq!(compact.remove(&count), Some(0));
            assert_eq!(compact, ordered);
        }
    }

    #[test]
    fn a_clone_of_few_is_left_alone() {
        let mut ordered = Ordered::default();
        ordered.insert("b", 1);
        let before = ordered.clone();
        ordered.insert("a", 2);
        ordered.remove(&"b");
        assert_eq!(before.into_map(), OrdMap::unit("b", 1));
        assert_eq!(ordered.first(), Some((&"a", &2)));
        assert_eq!(ordered.keys().zip(ordered.values()).count(), 1);
    }

    #[test]
    fn differences_are_those_of_the_entries_whatever_the_forms_are() {
        let of = |numbers: &[usize], value: usize| -> Ordered<usize, usize> {
            numbers.iter().map(|number| (*number, *number * value)).collect()
        };
        let many: Vec<usize> = (0..2 * FEW).collect();
        let mut shrunk = of(&many, 1);
        for number in &many[2..] {
            assert_eq!(shrunk.remove(number), Some(*number));
        }
        let worlds = [of(&[], 1), of(&[0, 1], 1), of(&[1, 3], 2), of(&many, 1), of(&many, 3), shrunk];
        for (old, new) in worlds.iter().flat_map(|old| worlds.iter().map(move |new| (old, new))) {
            let differences = old.diff(new);
            assert!(differences.is_sorted_by_key(|(key, ..)| *key));
            assert_eq!(differences.is_empty(), old == new);
            let mut patched = old.clone();
            for (key, before, after) in differences {
                let was = match after {
                    Some(after) => patched.insert(*key, *after),
                    None => patched.remove(key),
                };
                assert_eq!(was.as_ref(), before);
                assert_ne!(before, after);
            }
            assert_eq!(patched, *new);
        }
    }
}
