//! Types of units, and the keys and outputs of their instances.
//!
//! Instances are kept by type: one takes its key and a pointer to its output, and no allocation of its own.

use std::{any::Any, hash::BuildHasher, sync::Arc};

use hashbrown::DefaultHashBuilder;

use super::{
    Erased, Root, Unit,
    index::Index,
    node::{NodeId, Nodes},
    places::Places,
    read::ReadCx,
};
use crate::assembly::Assembly;

/// Names one instance among all of its type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Slot {
    /// The type of the unit.
    pub(super) ty: u16,
    /// The place among the instances of the type.
    pub(super) place: u32,
}

/// How to work with a unit whose type is erased.
pub(super) struct UnitType {
    pub(super) name: &'static str,
    pub(super) rank: u8,
    pub(super) compute: Compute,
    pub(super) fall_back: Compute,
    pub(super) default: fn() -> Erased,
    pub(super) same: fn(&dyn Any, &dyn Any) -> bool,
    /// Publishes the output of an instance, or that it ended.
    pub(super) publish: Option<Publish>,
    pub(super) instances: Box<dyn AnyInstances>,
}

pub(super) type Compute = fn(&ReadCx<'_>, Slot) -> Erased;

pub(super) type Publish = fn(&UnitType, &mut Assembly<'_>, u32, bool);

impl UnitType {
    pub(super) fn of<U: Unit>() -> Self {
        Self {
            name: U::NAME,
            rank: U::RANK,
            compute: |cx, slot| Arc::new(U::compute(cx, &cx.engine.key_of::<U>(slot))),
            fall_back: |cx, slot| Arc::new(U::fall_back(cx, &cx.engine.key_of::<U>(slot))),
            default: || Arc::new(U::Out::default()),
            same: |a, b| match (a.downcast_ref::<U::Out>(), b.downcast_ref::<U::Out>()) {
                (Some(a), Some(b)) => a == b,
                _ => false,
            },
            publish: None,
            instances: Box::new(Instances::<U>::default()),
        }
    }

    /// From now on, instances are published.
    pub(super) fn be_root<U: Root>(&mut self) {
        self.publish = Some(|ty, assembly, place, exists| {
            let Some(instance) = ty.instances_of::<U>().get(place) else { return };
            U::publish(assembly, &instance.key, instance.value.as_ref().filter(|_| exists));
        });
    }

    pub(super) fn instances_of<U: Unit>(&self) -> &Instances<U> {
        match self.instances.as_any().downcast_ref() {
            Some(instances) => instances,
            None => unreachable!("types are kept by their identity"),
        }
    }

    pub(super) fn instances_of_mut<U: Unit>(&mut self) -> &mut Instances<U> {
        match self.instances.as_any_mut().downcast_mut() {
            Some(instances) => instances,
            None => unreachable!("types are kept by their identity"),
        }
    }
}

/// The instances of a type of unit. Places of removed ones are used again.
pub(super) struct Instances<U: Unit> {
    places: Places<Option<Instance<U>>>,
    free: Vec<u32>,
    /// The nodes of the instances that can be found, by the hash of their keys.
    by_key: Index,
}

pub(super) struct Instance<U: Unit> {
    pub(super) key: U::Key,
    pub(super) value: Option<Arc<U::Out>>,
}

impl<U: Unit> Default for Instances<U> {
    fn default() -> Self {
        Self { places: Places::default(), free: Vec::new(), by_key: Index::default() }
    }
}

impl<U: Unit> Instances<U> {
    pub(super) fn get(&self, place: u32) -> Option<&Instance<U>> {
        self.places.get(place)?.as_ref()
    }

    /// The node of this key.
    pub(super) fn find(&self, key: &U::Key, nodes: &Nodes, hasher: &DefaultHashBuilder) -> Option<NodeId> {
        let is = |node| {
            let place = nodes.get(NodeId::of(node)).slot().place;
            self.get(place).is_some_and(|instance| instance.key == *key)
        };
        self.by_key.find(hasher.hash_one(key), is).map(NodeId::of)
    }

    /// Adds an instance that cannot be found yet, and returns its place.
    pub(super) fn add(&mut self, key: U::Key) -> u32 {
        let instance = Some(Instance { key, value: None });
        if let Some(place) = self.free.pop() {
            self.places[place] = instance;
            return place;
        }
        self.places.push(instance)
    }

    /// Makes the instance of a node one that can be found.
    pub(super) fn enter(&mut self, node: NodeId, nodes: &Nodes, hasher: &DefaultHashBuilder) {
        let Self { places, by_key, .. } = self;
        let hash = |node| {
            let place = nodes.get(NodeId::of(node)).slot().place;
            let instance = places.get(place).and_then(Option::as_ref);
            instance.map_or(0, |instance| hasher.hash_one(&instance.key))
        };
        by_key.insert(hash(node.place()), node.place(), hash);
    }
}

/// [`Instances`] with their type erased.
pub(super) trait AnyInstances: Send {
    fn as_any(&self) -> &dyn Any;
    fn as_any_mut(&mut self) -> &mut dyn Any;
    /// The last output.
    fn value(&self, place: u32) -> Option<Erased>;
    fn set_value(&mut self, place: u32, value: &Erased);
    /// The key, for people.
    fn describe(&self, place: u32) -> String;
    /// The instance is not found by its key any more.
    fn leave(&mut self, place: u32, node: NodeId, hasher: &DefaultHashBuilder);
    /// Lets go of an instance that left.
    fn remove(&mut self, place: u32);
}

impl<U: Unit> AnyInstances for Instances<U> {
    fn as_any(&self) -> &dyn Any {
        self
    }

    fn as_any_mut(&mut self) -> &mut dyn Any {
        self
    }

    fn value(&self, place: u32) -> Option<Erased> {
        self.get(place)?.value.clone().map(|value| value as Erased)
    }

    fn set_value(&mut self, place: u32, value: &Erased) {
        if let Some(Some(instance)) = self.places.get_mut(place) {
            instance.value = Arc::clone(value).downcast().ok();
        }
    }

    fn describe(&self, place: u32) -> String {
        self.get(place).map(|instance| format!("{:?}", instance.key)).unwrap_or_default()
    }

    fn leave(&mut self, place: u32, node: NodeId, hasher: &DefaultHashBuilder) {
        let Some(Some(instance)) = self.places.get(place) else { return };
        self.by_key.remove(hasher.hash_one(&instance.key), node.place());
    }

    fn remove(&mut self, place: u32) {
        self.places[place] = None;
        self.free.push(place);
    }
}
