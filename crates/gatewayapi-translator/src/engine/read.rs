//! The only window through which translation looks at the world.

use std::{cell::RefCell, fmt, sync::Arc};

use eg_diag::{Kind, ObjectRef};
use eg_ir::Ordered;
use eg_resources::{AnyObject, Bucket, Object, Status};

use super::{
    Engine, Group, InputId, Unit,
    group::{self, Sending},
    node::Dep,
};
use crate::Env;

/// What a unit read and sent while it ran.
#[derive(Default)]
pub(super) struct Trace {
    pub(super) reads: Vec<Dep>,
    pub(super) sends: Sending,
}

/// Tracked access to the snapshot, to other units and to time.
///
/// Every call is a dependency of the unit that makes it, also one that finds nothing.
pub struct ReadCx<'e> {
    pub(super) engine: &'e Engine,
    pub(super) rank: u8,
    pub(super) trace: RefCell<Trace>,
}

impl fmt::Debug for ReadCx<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReadCx").field("rank", &self.rank).finish_non_exhaustive()
    }
}

impl ReadCx<'_> {
    /// One object; its presence and content become dependencies.
    pub fn get<K: Object>(&self, namespace: &str, name: &str) -> Option<Arc<K>> {
        let engine = self.engine;
        let (input, object) = engine.inputs.borrow_mut().named(&engine.snapshot, K::KIND, namespace, name);
        self.note(input);
        object.and_then(|object| object.downcast())
    }

    /// One object by its identity; its presence and content become dependencies.
    pub fn get_any(&self, key: &ObjectRef) -> Option<AnyObject> {
        let (input, object) = self.engine.inputs.borrow_mut().object(&self.engine.snapshot, key);
        self.note(input);
        object
    }

    /// One object that must be of type `K`.
    pub fn object<K: Object>(&self, key: &ObjectRef) -> Option<Arc<K>> {
        self.get_any(key).and_then(|object| object.downcast())
    }

    /// All objects of a kind: the last resort. Only entering and leaving is a dependency, not content.
    pub fn list(&self, kind: Kind) -> Vec<ObjectRef> {
        self.bucket(&Bucket::Kind(kind))
    }

    /// The objects of a kind in a namespace.
    pub fn in_namespace(&self, kind: Kind, namespace: &str) -> Vec<ObjectRef> {
        self.bucket(&Bucket::Namespace(kind, namespace.into()))
    }

    /// The objects of a kind that name `target`.
    pub fn referrers(&self, kind: Kind, target: &ObjectRef) -> Vec<ObjectRef> {
        self.bucket(&Bucket::Referrers(kind, target.clone()))
    }

    /// The objects of a kind that carry a label of this value.
    pub fn labelled(&self, kind: Kind, label: &str, value: &str) -> Vec<ObjectRef> {
        self.bucket(&Bucket::labelled(kind, label, value))
    }

    /// The objects of kind `policy` that have selectors for objects of kind `target`.
    pub fn selecting(&self, policy: Kind, target: Kind) -> Vec<ObjectRef> {
        self.bucket(&Bucket::Selecting(policy, target))
    }

    /// Whether a point in time, in seconds since 1970, has passed; `None` while the store has no clock. The unit runs
    /// again when the answer changes.
    pub fn passed(&self, at: i64) -> Option<bool> {
        let input = self.engine.inputs.borrow_mut().passed(at);
        self.note(input);
        self.engine.now.map(|now| now >= at)
    }

    /// The output of another unit.
    pub(crate) fn unit<U: Unit>(&self, key: &U::Key) -> Arc<U::Out> {
        debug_assert!(U::RANK < self.rank, "{} must have a rank below {}", U::NAME, self.rank);
        let (node, value) = self.engine.fetch::<U>(key);
        self.trace.borrow_mut().reads.push(Dep::node(node));
        value
    }

    /// What other units sent to a group.
    pub(crate) fn group<G: Group>(&self, key: &G::Key) -> Ordered<G::Member, G::Value> {
        let (members, content) = self.engine.group::<G>(key, group::Part::Content);
        self.note(content);
        members
    }

    /// How much other units sent to a group; a member that changes without entering or leaving is no change.
    pub(crate) fn group_len<G: Group>(&self, key: &G::Key) -> usize {
        let (members, len) = self.engine.group::<G>(key, group::Part::Len);
        self.note(len);
        members.len()
    }

    /// Sends a value to a group. `member` must name this unit's key, so that no other unit sends the same one.
    pub(crate) fn send<G: Group>(&self, key: G::Key, member: G::Member, value: G::Value) {
        self.trace.borrow_mut().sends.add::<G>(key, member, value);
    }

    /// The status, kept once for all units that give an equal one. Equal statuses must have equal hashes.
    pub(crate) fn shared(&self, hash: u64, status: Status) -> Arc<Status> {
        self.engine.statuses.borrow_mut().get(hash, status)
    }

    /// Configuration and features; they never change under a session.
    pub fn env(&self) -> &Env {
        &self.engine.env
    }

    fn bucket(&self, bucket: &Bucket) -> Vec<ObjectRef> {
        let (input, members) = self.engine.inputs.borrow_mut().bucket(&self.engine.snapshot, bucket);
        self.note(input);
        members
    }

    fn note(&self, input: InputId) {
        self.trace.borrow_mut().reads.push(Dep::input(input));
    }
}
