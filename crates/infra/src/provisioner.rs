//! The contracts between the control plane and the platforms that run proxies.

use crate::{BootstrapSource, Observation, ProvisionError};
use eg_diag::Diagnostic;
use eg_ir::{InfraIr, IrKey};
use futures_util::{future::BoxFuture, stream::BoxStream};
use std::{collections::BTreeSet, fmt, sync::Arc};

/// What a platform can be asked to run.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum InfraTarget {
    /// The proxies of one fleet.
    Proxy(IrKey),
    /// The rate-limit service that all fleets share.
    RateLimit,
}

impl fmt::Display for InfraTarget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Proxy(key) => write!(f, "{key}"),
            Self::RateLimit => f.write_str("rate-limit"),
        }
    }
}

/// Turns infrastructure IR into what a platform applies; pure, so that it is tested with golden files and used offline.
pub trait Renderer: Send + Sync + 'static {
    /// One thing to apply, such as a Kubernetes object.
    type Manifest;

    /// Renders everything of one target in the order of application; the user's mistakes are diagnostics.
    fn render(
        &self,
        target: &InfraTarget,
        ir: &InfraIr,
        bootstrap: &[u8],
    ) -> (Vec<Self::Manifest>, Vec<Diagnostic>);
}

/// A platform that runs proxies: processes of a host, Kubernetes, or a vendor's own.
///
/// Called by the control plane's shell, on the leader only, once for every change of a target's IR or bootstrap. Calls for
/// different targets may overlap; those for one target do not. On a transient error the caller tries again with back-off.
pub trait Provisioner: Send + Sync + 'static {
    /// Makes the platform run this, replacing what differs without an interruption; idempotent.
    ///
    /// It returns when the wish is recorded. Whether it came true is reported by [`Provisioner::observe`].
    fn apply<'a>(
        &'a self,
        target: &'a InfraTarget,
        ir: &'a InfraIr,
        bootstrap: Arc<dyn BootstrapSource>,
    ) -> BoxFuture<'a, Result<(), ProvisionError>>;

    /// Removes everything of a target and returns when it is gone, which takes as long as connections drain; idempotent.
    ///
    /// Dropping the future does not stop the removal.
    fn delete<'a>(&'a self, target: &'a InfraTarget) -> BoxFuture<'a, Result<(), ProvisionError>>;

    /// Removes what an earlier run of the control plane left behind and nobody asks for any more.
    ///
    /// Called once, when the initial state is complete and everything in `wanted` was applied.
    fn retain<'a>(&'a self, wanted: &'a BTreeSet<InfraTarget>) -> BoxFuture<'a, Result<(), ProvisionError>>;

    /// Reports the state of every target, first as it is and then whenever it changes; each call begins anew.
    ///
    /// A slow reader misses states in between and always gets the last one.
    fn observe(&self) -> BoxStream<'static, Observation>;

    /// Ends what cannot outlive the control plane and returns when that is done; later calls of `apply` fail.
    ///
    /// Platforms whose proxies live on by themselves do nothing here.
    fn shutdown(&self) -> BoxFuture<'_, ()>;
}
