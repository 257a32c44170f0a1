//! Equal values that are kept once.

use std::sync::{Arc, Weak};

use hashbrown::HashTable;

/// Below this number of values nobody looks for those that are no longer used.
const FEW: usize = 64;

/// Values that are in use, found by their hash. Nothing goes over them in the order of the table.
pub(super) struct Shared<T> {
    known: HashTable<(u64, Weak<T>)>,
    /// When there are so many, those that nobody uses any more are dropped.
    limit: usize,
}

impl<T> Default for Shared<T> {
    fn default() -> Self {
        Self { known: HashTable::new(), limit: FEW }
    }
}

impl<T: PartialEq> Shared<T> {
    /// The value, or an equal one that somebody uses already. Equal values must have equal hashes.
    pub(super) fn get(&mut self, hash: u64, value: T) -> Arc<T> {
        let same = |(one, known): &(u64, Weak<T>)| {
            *one == hash && known.upgrade().is_some_and(|known| *known == value)
        };
        if let Some(known) = self.known.find(hash, same).and_then(|(_, known)| known.upgrade()) {
            return known;
        }
        if self.known.len() >= self.limit {
            self.known.retain(|(_, known)| known.strong_count() > 0);
            self.limit = FEW.max(2 * self.known.len());
        }
        let value = Arc::new(value);
        self.known.insert_unique(hash, (hash, Arc::downgrade(&value)), |(hash, _)| *hash);
        value
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_values_are_one_as_long_as_they_are_used() {
        let mut shared = Shared::default();
        let a = shared.get(1, "a".to_owned());
        assert!(Arc::ptr_eq(&a, &shared.get(1, "a".to_owned())));
        let b = shared.get(1, "b".to_owned());
        assert_eq!((a.as_str(), b.as_str()), ("a", "b"));
        for number in 0..10 * FEW as u64 {
            drop(shared.get(number, number.to_string()));
        }
        assert!(shared.known.len() <= FEW + 2);
        assert!(Arc::ptr_eq(&b, &shared.get(1, "b".to_owned())));
    }
}
