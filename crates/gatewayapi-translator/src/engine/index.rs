//! Finding the places of a list by what is there.

use hashbrown::HashTable;

/// Numbers of places, found by the hash of what names them. Nothing goes over them in the order of the table.
///
/// Half of a hash is kept beside each number, so that the table grows without looking at what is in the places.
#[derive(Default)]
pub(super) struct Index(HashTable<(u32, u32)>);

impl Index {
    /// The place of this hash that is the one looked for.
    pub(super) fn find(&self, hash: u64, is: impl Fn(u32) -> bool) -> Option<u32> {
        let half = half(hash);
        self.0.find(whole(half), |(one, place)| *one == half && is(*place)).map(|(_, place)| *place)
    }

    /// Adds a place that is not there yet.
    pub(super) fn insert(&mut self, hash: u64, place: u32) {
        let half = half(hash);
        self.0.insert_unique(whole(half), (half, place), |(half, _)| whole(*half));
    }

    /// Removes a place, if it is there.
    pub(super) fn remove(&mut self, hash: u64, place: u32) {
        if let Ok(entry) = self.0.find_entry(whole(half(hash)), |(_, one)| *one == place) {
            entry.remove();
        }
    }
}

#[expect(clippy::cast_possible_truncation, reason = "half of it is what is wanted")]
fn half(hash: u64) -> u32 {
    (hash ^ (hash >> 32)) as u32
}

/// A hash whose bits are set at both ends, where the table looks.
fn whole(half: u32) -> u64 {
    u64::from(half) << 32 | u64::from(half)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_of_one_hash_are_told_apart() {
        let mut index = Index::default();
        for place in 0..100_u32 {
            index.insert(u64::from(place % 3), place);
        }
        assert!((0..100).all(|place| index.find(u64::from(place % 3), |one| one == place) == Some(place)));
        index.remove(1, 4);
        index.remove(1, 4);
        assert_eq!(index.find(1, |one| one == 4), None);
        assert_eq!(index.find(1, |one| one == 7), Some(7));
    }
}
