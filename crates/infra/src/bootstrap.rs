//! Where a proxy's bootstrap comes from, and the ports that go into it.

use std::fmt;

/// The ports of one proxy that are not its listeners.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct PortPlan {
    /// Administration, on loopback.
    pub admin: u16,
    /// Prometheus statistics.
    pub stats: u16,
    /// The listener that answers `GET /ready`.
    pub ready: u16,
}

impl PortPlan {
    /// The ports where every proxy has a network namespace of its own, as in a Kubernetes pod.
    pub const STANDARD: Self = Self { admin: 19000, stats: 19001, ready: 19003 };
}

impl Default for PortPlan {
    fn default() -> Self {
        Self::STANDARD
    }
}

/// Why no bootstrap could be made, in words for the user.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the bootstrap cannot be made: {reason}")]
pub struct BootstrapError {
    /// What is wrong.
    pub reason: String,
}

/// Makes the bootstrap of one fleet's proxies for given ports.
///
/// Implemented by whoever composes the product, over the xDS translator; any closure of the right shape will do. Called by
/// a [`crate::Provisioner`] whenever it starts a proxy and whenever it asks whether a running one is still right, so it
/// must be quick and give equal bytes for equal ports.
pub trait BootstrapSource: Send + Sync + 'static {
    /// The bootstrap, in YAML or JSON.
    fn render(&self, ports: &PortPlan) -> Result<Vec<u8>, BootstrapError>;
}

impl<F> BootstrapSource for F
where
    F: Fn(&PortPlan) -> Result<Vec<u8>, BootstrapError> + Send + Sync + 'static,
{
    fn render(&self, ports: &PortPlan) -> Result<Vec<u8>, BootstrapError> {
        self(ports)
    }
}

impl fmt::Debug for dyn BootstrapSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("BootstrapSource")
    }
}
