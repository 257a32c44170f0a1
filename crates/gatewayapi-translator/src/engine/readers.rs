//! Who reads something.

use std::collections::BTreeSet;

use super::node::NodeId;

/// How many readers are kept in place. Nearly everything has one or two.
const INLINE: usize = 3;

/// How many readers are kept in a list; a Gateway is read by all its routes.
const FEW: usize = 16;

/// A set of units.
#[derive(Debug)]
pub(super) enum Readers {
    /// The first few of these, without order.
    Inline(u8, [NodeId; INLINE]),
    /// Some units, without order; it stays a list when it shrinks.
    #[expect(clippy::box_collection, reason = "keeps the common, small form at two words")]
    Few(Box<Vec<NodeId>>),
    /// A set; it stays one when it shrinks.
    #[expect(clippy::box_collection, reason = "keeps the common, small form at two words")]
    Many(Box<BTreeSet<NodeId>>),
}

impl Default for Readers {
    fn default() -> Self {
        Self::Inline(0, [NodeId::default(); INLINE])
    }
}

impl Readers {
    pub(super) fn is_empty(&self) -> bool {
        match self {
            Self::Inline(count, _) => *count == 0,
            Self::Few(list) => list.is_empty(),
            Self::Many(set) => set.is_empty(),
        }
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = NodeId> {
        let (few, many): (&[NodeId], _) = match self {
            Self::Inline(count, ids) => (ids.get(..usize::from(*count)).unwrap_or_default(), None),
            Self::Few(list) => (list, None),
            Self::Many(set) => (&[], Some(set.iter())),
        };
        few.iter().chain(many.into_iter().flatten()).copied()
    }

    /// Adds a reader, if it is not there yet.
    pub(super) fn insert(&mut self, reader: NodeId) {
        match self {
            Self::Inline(count, ids) => {
                let used = usize::from(*count);
                if ids[..used].contains(&reader) {
                    return;
                }
                if let Some(free) = ids.get_mut(used) {
                    *free = reader;
                    *count += 1;
                } else {
                    *self = Self::Few(Box::new(ids.iter().copied().chain([reader]).collect()));
                }
            }
            Self::Few(list) if list.contains(&reader) => {}
            Self::Few(list) if list.len() < FEW => list.push(reader),
            Self::Few(list) => {
                let set = list.drain(..).chain([reader]).collect();
                *self = Self::Many(Box::new(set));
            }
            Self::Many(set) => drop(set.insert(reader)),
        }
    }

    /// Removes a reader, if it is there.
    pub(super) fn remove(&mut self, reader: NodeId) {
        match self {
            Self::Inline(count, ids) => {
                let used = usize::from(*count);
                if let Some(at) = ids[..used].iter().position(|one| *one == reader) {
                    ids.swap(at, used - 1);
                    *count -= 1;
                }
            }
            Self::Few(list) => {
                if let Some(at) = list.iter().position(|one| *one == reader) {
                    list.swap_remove(at);
                }
            }
            Self::Many(set) => drop(set.remove(&reader)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_and_sets_behave_alike() {
        let ids: Vec<NodeId> = (0..48).map(NodeId::of).collect();
        let mut readers = Readers::default();
        for count in 1..=ids.len() {
            // The second time changes nothing.
            readers.insert(ids[count - 1]);
            readers.insert(ids[count - 1]);
            let mut all: Vec<NodeId> = readers.iter().collect();
            all.sort_unstable();
            assert_eq!(all, ids[..count]);
        }
        for count in (0..ids.len()).rev() {
            assert!(!readers.is_empty());
            readers.remove(ids[count]);
            readers.remove(ids[count]);
            assert_eq!(readers.iter().count(), count);
        }
        assert!(readers.is_empty());
    }

    #[test]
    fn a_few_come_and_go() {
        let ids: Vec<NodeId> = (0..4).map(NodeId::of).collect();
        let mut readers = Readers::default();
        readers.remove(ids[0]);
        for id in &ids {
            readers.insert(*id);
        }
        readers.remove(ids[1]);
        let mut rest: Vec<NodeId> = readers.iter().collect();
        rest.sort_unstable();
        assert_eq!(rest, [ids[0], ids[2], ids[3]]);
        for id in &ids {
            readers.remove(*id);
        }
        assert!(readers.is_empty());
        readers.insert(ids[3]);
        assert_eq!(readers.iter().collect::<Vec<_>>(), [ids[3]]);
        readers.remove(ids[0]);
        assert!(!readers.is_empty());
    }
}
