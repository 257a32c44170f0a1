//! Instances of units.

use super::{InputId, group::Sends, instances::Slot, places::Places, readers::Readers};

/// Names one instance of a unit. A place is used again only after the update in which its instance ended, when nothing
/// speaks of that any more.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct NodeId(u32);

impl NodeId {
    pub(super) fn of(place: u32) -> Self {
        Self(place)
    }

    pub(super) fn place(self) -> u32 {
        self.0
    }
}

/// What a unit read: an input or another unit, told apart by the lowest bit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Dep(u32);

/// A [`Dep`] taken apart.
pub(super) enum Read {
    Input(InputId),
    Node(NodeId),
}

impl Dep {
    pub(super) fn input(input: InputId) -> Self {
        Self(input.place() << 1)
    }

    pub(super) fn node(node: NodeId) -> Self {
        Self(node.0 << 1 | 1)
    }

    pub(super) fn read(self) -> Read {
        if self.0 & 1 == 0 { Read::Input(InputId::of(self.0 >> 1)) } else { Read::Node(NodeId(self.0 >> 1)) }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    /// The value is up to date.
    Clean,
    /// Something it read changed, or it never ran.
    Dirty,
    /// It is being computed.
    Running,
    /// Nothing reads it any more. It can be looked up until [`Nodes::bury`], so that its end can be published.
    Removed,
}

/// One instance of a unit.
pub(super) struct Node {
    /// With `place`, where its key and its output are.
    ty: u16,
    pub(super) state: State,
    /// Whether it exists for its own sake.
    pub(super) rooted: bool,
    place: u32,
    /// What it read, sorted.
    pub(super) deps: Box<[Dep]>,
    pub(super) readers: Readers,
    pub(super) sends: Sends,
}

impl Node {
    pub(super) fn new(slot: Slot) -> Self {
        let Slot { ty, place } = slot;
        Self {
            ty,
            place,
            state: State::Dirty,
            rooted: false,
            deps: Box::default(),
            readers: Readers::default(),
            sends: Sends::default(),
        }
    }

    /// Where its key and its output are.
    pub(super) fn slot(&self) -> Slot {
        Slot { ty: self.ty, place: self.place }
    }
}

/// All instances. Places of removed ones are used again after [`Nodes::bury`].
#[derive(Default)]
pub(super) struct Nodes {
    places: Places<Option<Node>>,
    free: Vec<u32>,
    removed: Vec<u32>,
}

impl Nodes {
    pub(super) fn insert(&mut self, node: Node) -> NodeId {
        if let Some(place) = self.free.pop() {
            self.places[place] = Some(node);
            return NodeId(place);
        }
        NodeId(self.places.push(Some(node)))
    }

    /// Takes the node out of use.
    pub(super) fn remove(&mut self, id: NodeId) {
        if let Some(node) = self.find_mut(id) {
            node.state = State::Removed;
            self.removed.push(id.0);
        }
    }

    /// Lets go of the removed nodes, and says where their keys and outputs are.
    pub(super) fn bury(&mut self) -> Vec<Slot> {
        let mut buried = Vec::new();
        for place in self.removed.drain(..) {
            buried.extend(self.places[place].take().map(|node| node.slot()));
            self.free.push(place);
        }
        buried
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
        self.places.get(id.0)?.as_ref()
    }

    /// The node, unless it was removed.
    pub(super) fn find_mut(&mut self, id: NodeId) -> Option<&mut Node> {
        self.places.get_mut(id.0)?.as_mut().filter(|node| node.state != State::Removed)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Node> {
        self.places.iter().flatten().filter(|node| node.state != State::Removed)
    }
}
