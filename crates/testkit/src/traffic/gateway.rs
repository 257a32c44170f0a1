//! The seam between the harness and what it tests.

use super::prediction::Prediction;
use crate::{BoxError, client::Request};
use std::{future::Future, pin::Pin, time::Duration};

/// A boxed future, so that the traits stay usable behind `dyn`.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Starts gateways. One factory serves all cases of a test program.
pub trait GatewayFactory: Send + Sync {
    /// A gateway without objects and with these runtime flags, for one case. Called at the start of each case, several at the
    /// same time.
    fn start<'a>(&'a self, flags: &'a [String]) -> BoxFuture<'a, Result<Box<dyn Gateway>, BoxError>>;
}

/// A control plane with the proxies that it runs on this machine.
pub trait Gateway: Send + Sync {
    /// Makes these objects (YAML, several documents) the whole desired state. Returns when they are handed over; when they
    /// are live is for the harness to find out.
    fn apply<'a>(&'a mut self, objects: &'a str) -> BoxFuture<'a, Result<(), BoxError>>;

    /// Stops proxies and control plane, in order.
    fn stop(self: Box<Self>) -> BoxFuture<'static, Result<(), BoxError>>;

    /// What went wrong, as far as the gateway knows: logs, the state of its proxies. Shown when a case fails.
    fn explain(&self) -> BoxFuture<'_, String>;

    /// What the gateway says will become of a request with the objects that were applied last, where it can tell. Every
    /// request that was answered as expected is compared with it.
    fn predict(&self, request: &Request) -> Option<Prediction> {
        let _ = request;
        None
    }

    /// How long the first answer may take: a control plane and an Envoy start meanwhile.
    fn warm_up(&self) -> Duration {
        Duration::from_secs(20)
    }
}
