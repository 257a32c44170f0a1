//! Who reads something.

use std::collections::BTreeSet;

use super::node::NodeId;

/// How many readers are kept in a list. Nearly everything has one or two, and there are many of them; a Gateway is read
/// by all its routes.
const FEW: usize = 16;

/// A set of units.
#[derive(Debug, Default)]
pub(super) enum Readers {
    /// Nobody.
    #[default]
    None,
    /// One unit.
    One(NodeId),
    /// Some units, without order.
    Few(Vec<NodeId>),
    /// A set; it stays one when it shrinks.
    #[expect(clippy::box_collection, reason = "keeps the common, small forms at three words")]
    Many(Box<BTreeSet<NodeId>>),
}

impl Readers {
    pub(super) fn is_empty(&self) -> bool {
        match self {
            Self::None => true,
            Self::One(_) => false,
            Self::Few(list) => list.is_empty(),
            Self::Many(set) => set.is_empty(),
        }
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = NodeId> {
        let (few, many): (&[NodeId], _) = match self {
            Self::None => (&[], None),
            Self::One(reader) => (std::slice::from_ref(reader), None),
            Self::Few(list) => (list, None),
            Self::Many(set) => (&[], Some(set.iter())),
        };
        few.iter().chain(many.into_iter().flatten()).copied()
    }

    /// Adds a reader, if it is not there yet.
    pub(super) fn insert(&mut self, reader: NodeId) {
        match self {
            Self::None => *self = Self::One(reader),
            Self::One(one) if *one == reader => {}
            Self::One(one) => *self = Self::Few(vec![*one, reader]),
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
            Self::One(one) if *one == reader => *self = Self::None,
            Self::None | Self::One(_) => {}
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
        let ids: Vec<NodeId> = (0..48).map(NodeId::for_test).collect();
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
        let ids: Vec<NodeId> = (0..4).map(NodeId::for_test).collect();
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
