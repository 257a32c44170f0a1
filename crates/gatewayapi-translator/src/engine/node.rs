//! Instances of units.

use super::{Erased, InputId, group::Sends, places::Places, readers::Readers};

/// Names one instance of a unit. The second number tells apart instances that used the same place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct NodeId(u32, u32);

#[cfg(test)]
impl NodeId {
    pub(super) fn for_test(index: u32) -> Self {
        Self(index, 0)
    }
}

/// What a unit read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Dep {
    Input(InputId),
    Node(NodeId),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    /// The value is up to date.
    Clean,
    /// Something it read changed, or it never ran.
    Dirty,
    /// It is being computed.
    Running,
}

/// One instance of a unit.
pub(super) struct Node {
    pub(super) ty: u16,
    pub(super) state: State,
    /// Whether it exists for its own sake.
    pub(super) rooted: bool,
    pub(super) key: Erased,
    pub(super) value: Option<Erased>,
    /// What it read, sorted.
    pub(super) deps: Box<[Dep]>,
    pub(super) readers: Readers,
    pub(super) sends: Sends,
}

impl Node {
    pub(super) fn new(ty: u16, key: Erased) -> Self {
        Self {
            ty,
            state: State::Dirty,
            rooted: false,
            key,
            value: None,
            deps: Box::default(),
            readers: Readers::default(),
            sends: Sends::default(),
        }
    }
}

/// All instances. Places of removed ones are used again after [`Nodes::bury`].
#[derive(Default)]
pub(super) struct Nodes {
    places: Places<Place>,
    free: Vec<u32>,
    removed: Vec<u32>,
}

struct Place {
    age: u32,
    alive: bool,
    node: Option<Node>,
}

impl Nodes {
    pub(super) fn insert(&mut self, node: Node) -> NodeId {
        if let Some(index) = self.free.pop() {
            let place = &mut self.places[index];
            place.age += 1;
            place.alive = true;
            place.node = Some(node);
            return NodeId(index, place.age);
        }
        NodeId(self.places.push(Place { age: 0, alive: true, node: Some(node) }), 0)
    }

    /// Takes the node out of use; it can be looked up until [`Nodes::bury`], so that its end can be published.
    pub(super) fn remove(&mut self, id: NodeId) {
        let place = &mut self.places[id.0];
        if place.alive && place.age == id.1 {
            place.alive = false;
            self.removed.push(id.0);
        }
    }

    /// Lets go of the removed nodes.
    pub(super) fn bury(&mut self) {
        for index in self.removed.drain(..) {
            self.places[index].node = None;
            self.free.push(index);
        }
    }

    pub(super) fn get(&self, id: NodeId) -> &Node {
        match self.find(id) {
            Some(node) => node,
            None => unreachable!("units are removed only when nothing reads them"),
        }
    }

    pub(super) fn get_mut(&mut self, id: NodeId) -> &mut Node {
        match self.find_mut(id) {
            Some(node) => node,
            None => unreachable!("units are removed only when nothing reads them"),
        }
    }

    /// The node, also when it was removed in this update.
    pub(super) fn find(&self, id: NodeId) -> Option<&Node> {
        let place = self.places.get(id.0)?;
        if place.age == id.1 { place.node.as_ref() } else { None }
    }

    /// The node, unless it was removed.
    pub(super) fn find_mut(&mut self, id: NodeId) -> Option<&mut Node> {
        let place = self.places.get_mut(id.0)?;
        if place.age == id.1 && place.alive { place.node.as_mut() } else { None }
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Node> {
        self.places.iter().filter(|place| place.alive).filter_map(|place| place.node.as_ref())
    }
}
