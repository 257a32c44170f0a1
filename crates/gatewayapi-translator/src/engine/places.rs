//! A list that grows in steps.

use std::ops::{Index, IndexMut};

/// How many elements there are in a step.
const STEP: usize = 1024;

/// A list whose elements stay where they are when it grows, so that a large one needs no room for twice its length.
pub(super) struct Places<T>(Vec<Vec<T>>);

impl<T> Default for Places<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T> Places<T> {
    /// Adds an element at the end, and returns its place.
    pub(super) fn push(&mut self, element: T) -> u32 {
        if self.0.last().is_none_or(|step| step.len() == STEP) {
            self.0.push(Vec::new());
        }
        let before = (self.0.len() - 1) * STEP;
        let within = self.0.last_mut().map_or(0, |step| {
            step.push(element);
            step.len() - 1
        });
        u32::try_from(before + within).unwrap_or(u32::MAX)
    }

    pub(super) fn get(&self, place: u32) -> Option<&T> {
        let place = place as usize;
        self.0.get(place / STEP)?.get(place % STEP)
    }

    pub(super) fn get_mut(&mut self, place: u32) -> Option<&mut T> {
        let place = place as usize;
        self.0.get_mut(place / STEP)?.get_mut(place % STEP)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &T> {
        self.0.iter().flatten()
    }
}

impl<T> Index<u32> for Places<T> {
    type Output = T;

    fn index(&self, place: u32) -> &T {
        &self.0[place as usize / STEP][place as usize % STEP]
    }
}

impl<T> IndexMut<u32> for Places<T> {
    fn index_mut(&mut self, place: u32) -> &mut T {
        &mut self.0[place as usize / STEP][place as usize % STEP]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_keep_their_places_over_steps() {
        let mut places = Places::default();
        let count = u32::try_from(2 * STEP + 3).unwrap();
        for number in 0..count {
            assert_eq!(places.push(number), number);
        }
        assert!((0..count).all(|place| places[place] == place && places.get(place) == Some(&place)));
        assert_eq!(places.get(count), None);
        assert_eq!(places.get_mut(count), None);
        places[1025] = 7;
        assert_eq!(places.iter().copied().skip(1024).take(3).collect::<Vec<_>>(), [1024, 7, 1026]);
        assert_eq!(places.iter().count(), 2 * STEP + 3);
    }
}
