//! Edits, and histories of them.

use super::{Key, World, object, world};
use eg_resources::{Change, DecodeError, Decoder, Kind, ObjectRef};
use proptest::{collection::vec, prelude::*, sample::Index};
use serde_json::Value;
use std::fmt;

/// One edit of a world.
#[derive(Clone, PartialEq)]
pub enum Edit {
    /// The object is created, or replaced if it is there.
    Put(Value),
    /// The object is deleted.
    Delete(Key),
}

impl fmt::Debug for Edit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Put(object) => write!(f, "put {object}"),
            Self::Delete(Key { kind, namespace, name, .. }) => write!(f, "delete {kind} {namespace}/{name}"),
        }
    }
}

impl Edit {
    /// The edit as a source would report it.
    pub fn to_change(&self) -> Result<Change, DecodeError> {
        match self {
            Self::Put(object) => Decoder::new().decode(object.clone()).map(Change::Upsert),
            Self::Delete(key) => {
                let kind = Kind::intern(&key.group, &key.kind);
                Ok(Change::Remove(ObjectRef::new(kind, key.namespace.as_str(), key.name.as_str())))
            }
        }
    }
}

/// A world, and what happens to it in batches.
#[derive(Clone, Debug)]
pub struct History {
    /// Where it starts.
    pub start: World,
    /// What happens at once, batch after batch.
    pub batches: Vec<Vec<Edit>>,
}

impl History {
    /// The world after each batch.
    pub fn worlds(&self) -> impl Iterator<Item = World> {
        self.batches.iter().scan(self.start.clone(), |world, batch| {
            for edit in batch {
                world.apply(edit);
            }
            Some(world.clone())
        })
    }
}

/// What to do, before it is known what is there.
#[derive(Clone, Debug)]
enum Intent {
    Put(Value),
    Delete(Index),
    Again(Index),
    DeleteAndPutBack(Index),
}

/// A history over a world of up to `most` further objects, with up to `batches` batches.
///
/// Besides new objects and deletions, objects are written again unchanged, and deleted and put back within one batch.
pub fn history(most: usize, batches: usize) -> impl Strategy<Value = History> {
    let intent = prop_oneof![
        6 => object().prop_map(Intent::Put),
        3 => any::<Index>().prop_map(Intent::Delete),
        1 => any::<Index>().prop_map(Intent::Again),
        1 => any::<Index>().prop_map(Intent::DeleteAndPutBack),
    ];
    (world(most), vec(vec(intent, 1..5), 0..=batches)).prop_map(|(start, intents)| {
        let mut world = start.clone();
        let mut batches = Vec::with_capacity(intents.len());
        for intents in intents {
            let mut batch = Vec::new();
            for intent in intents {
                for edit in edits(intent, &world) {
                    world.apply(&edit);
                    batch.push(edit);
                }
            }
            batches.push(batch);
        }
        History { start, batches }
    })
}

fn edits(intent: Intent, world: &World) -> Vec<Edit> {
    let objects: Vec<&Value> = world.objects().collect();
    let pick = |index: Index| (!objects.is_empty()).then(|| (*index.get(&objects)).clone());
    match intent {
        Intent::Put(object) => vec![Edit::Put(object)],
        Intent::Delete(index) => {
            pick(index).map(|object| Edit::Delete(Key::of(&object))).into_iter().collect()
        }
        Intent::Again(index) => pick(index).map(Edit::Put).into_iter().collect(),
        Intent::DeleteAndPutBack(index) => pick(index)
            .map(|object| vec![Edit::Delete(Key::of(&object)), Edit::Put(object)])
            .unwrap_or_default(),
    }
}
