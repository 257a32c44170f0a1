//! What a platform reports about what it runs.

use crate::InfraTarget;

/// The state of a fleet as its platform sees it; the source of a Gateway's addresses and of `Programmed`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Observed {
    /// Addresses at which clients can reach the fleet: IP addresses or host names.
    pub addresses: Vec<String>,
    /// Proxies that should run.
    pub desired_replicas: u32,
    /// Proxies that serve.
    pub ready_replicas: u32,
    /// What stands in the way, in words for the user; `None` when all is well or merely under way.
    pub problem: Option<String>,
}

/// One report: a target and its state, `None` once nothing of it is left to report.
pub type Observation = (InfraTarget, Option<Observed>);
