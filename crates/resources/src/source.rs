//! The contracts between providers and the core.

use std::{error::Error, future::Future, pin::Pin, sync::Arc};

use thiserror::Error;

use crate::{Batch, SourceId, StatusUpdate};

/// A boxed future, so that contracts can be trait objects.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// A source of objects: files, a Kubernetes API server, a test, an embedder's own store.
///
/// The runtime calls [`ResourceSource::run`] once, on a task of its own, and ends the source by dropping the future.
/// The first batch must be [`Batch::Replace`] with everything the source has, also when that is nothing: until every
/// source has sent it, nothing is published. An error ends the source; the runtime runs its
/// successor again with back-off, and what it had stays in force meanwhile.
pub trait ResourceSource: Send + 'static {
    /// The name of the source; unique among the sources of a runtime.
    fn id(&self) -> SourceId;

    /// Sends batches until nothing more can come.
    fn run(self: Box<Self>, sink: Arc<dyn ChangeSink>) -> BoxFuture<'static, Result<(), SourceError>>;
}

/// Where a source sends what it sees.
///
/// Implemented by the runtime, and by tests that look at what a source sends.
pub trait ChangeSink: Send + Sync + 'static {
    /// Sends one batch, waiting while the receiver is behind. An error says that nobody listens any more, after which the
    /// source should return.
    fn send<'a>(&'a self, source: &'a SourceId, batch: Batch) -> BoxFuture<'a, Result<(), Closed>>;
}

/// Nobody listens any more.
#[derive(Clone, Copy, Debug, Error)]
#[error("the receiver of changes is gone")]
pub struct Closed;

/// The way back: writes statuses to where the objects came from.
///
/// The runtime calls it with the statuses that differ from those it last asked for, one call at a time. An
/// implementation holds leadership (others drain and drop), compares with the live object, keeps the entries of other
/// controllers, sets `lastTransitionTime`, and retries by object: one that cannot be written holds up no other.
pub trait StatusSink: Send + Sync + 'static {
    /// Writes statuses.
    fn write<'a>(&'a self, updates: &'a [StatusUpdate]) -> BoxFuture<'a, Result<(), SourceError>>;
}

/// Why a source or a sink stopped.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum SourceError {
    /// The outside world failed in a way that may pass.
    #[error("{what}")]
    Transient {
        /// What was tried.
        what: String,
        /// Why it failed.
        #[source]
        source: Box<dyn Error + Send + Sync>,
    },
    /// The source cannot work as configured; trying again does not help.
    #[error("{0}")]
    Misconfigured(String),
}

impl SourceError {
    /// Whether trying again may help.
    pub fn is_retryable(&self) -> bool {
        matches!(self, Self::Transient { .. })
    }
}
