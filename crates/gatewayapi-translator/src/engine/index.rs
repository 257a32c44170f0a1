//! Finding the places of a list by what is there.

use hashbrown::HashTable;

/// Numbers of places, found by the hash of what names them. Nothing goes over them in the order of the table.
#[derive(Default)]
pub(super) struct Index(HashTable<u32>);

impl Index {
    /// The place of this hash that is the one looked for.
    pub(super) fn find(&self, hash: u64, is: impl Fn(u32) -> bool) -> Option<u32> {
        self.0.find(hash, |place| is(*place)).copied()
    }

    /// Adds a place that is not there yet. `hash_of` is the hash of what is at a place, for when the table grows.
    pub(super) fn insert(&mut self, hash: u64, place: u32, hash_of: impl Fn(u32) -> u64) {
        self.0.insert_unique(hash, place, |place| hash_of(*place));
    }

    /// Removes a place, if it is there.
    pub(super) fn remove(&mut self, hash: u64, place: u32) {
        if let Ok(entry) = self.0.find_entry(hash, |one| *one == place) {
            entry.remove();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_of_one_hash_are_told_apart() {
        let mut index = Index::default();
        let hash = |place: u32| u64::from(place % 3);
        for place in 0..100_u32 {
            index.insert(hash(place), place, hash);
        }
        assert!((0..100).all(|place| index.find(hash(place), |one| one == place) == Some(place)));
        index.remove(1, 4);
        index.remove(1, 4);
        assert_eq!(index.find(1, |one| one == 4), None);
        assert_eq!(index.find(1, |one| one == 7), Some(7));
    }
}
