//! Where streams get their configuration from.

mod memory;

use std::{future::Future, pin::Pin, sync::Arc};

pub use memory::MemoryStore;

use crate::{NodeGroup, Seq, View};

/// A boxed future, as the object-safe traits of this crate return it.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Holds the current [`View`] of every node group.
///
/// The server calls both methods from the tasks of its streams: `view` each time a stream may have something to send,
/// so it must be cheap and must not block; `changed` once per stream and change. A store may drop old views at once:
/// streams do not ask for them. [`MemoryStore`] is the implementation most users want; implement the trait to derive
/// views from elsewhere.
pub trait SnapshotStore: Send + Sync + 'static {
    /// The newest view of a group; `None` while nothing was published for it, which makes its nodes wait.
    fn view(&self, group: &NodeGroup) -> Option<Arc<View>>;

    /// Resolves when the newest view of the group is another one than that at `seen`.
    ///
    /// The future must also resolve when the view changed between the caller's `view` and this call. It may be dropped
    /// at any time.
    fn changed(&self, group: &NodeGroup, seen: Option<Seq>) -> BoxFuture<'static, ()>;
}
