//! Settings of the host provisioner, and why it cannot start.

use super::{BinarySearch, HostPaths};
use std::{io, path::PathBuf, time::Duration};

/// How proxies run on this host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HostOptions {
    /// Where files go.
    pub paths: HostPaths,
    /// Where Envoy is looked for, each time a fleet is applied.
    pub binary: BinarySearch,
    /// Addresses that Gateways get whose users asked for none.
    pub advertised_addresses: Vec<String>,
    /// Time between two looks at whether a serving proxy is well.
    pub probe_period: Duration,
    /// A proxy whose administration answers nothing for this long is killed and started again.
    pub unresponsive_after: Duration,
    /// First and longest pause before a proxy that died is started again.
    pub restart_pause: (Duration, Duration),
    /// A proxy that served this long counts as healthy, so that its next restart is quick again.
    pub stable_after: Duration,
    /// Time from SIGTERM to SIGKILL.
    pub termination_grace: Duration,
}

impl HostOptions {
    /// Customary settings with the given directories.
    pub fn new(paths: HostPaths, binary: BinarySearch) -> Self {
        Self {
            paths,
            binary,
            advertised_addresses: vec!["127.0.0.1".to_owned()],
            probe_period: Duration::from_secs(5),
            unresponsive_after: Duration::from_secs(30),
            restart_pause: (Duration::from_millis(250), Duration::from_secs(30)),
            stable_after: Duration::from_secs(10),
            termination_grace: Duration::from_secs(5),
        }
    }
}

/// Why proxies cannot be run on this host.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum HostError {
    /// There is no home directory and not every directory was configured.
    #[error("there is no home directory; set HOME or configure configHome, dataHome and stateHome")]
    NoHome,
    /// Another control plane uses the runtime directory and would fight over its proxies.
    #[error("the runtime directory {} is in use by another control plane; configure another runtimeDir", path.display())]
    InUse {
        /// The runtime directory.
        path: PathBuf,
    },
    /// A directory or file could not be prepared.
    #[error("cannot prepare {}: {source}", path.display())]
    Io {
        /// The directory or file.
        path: PathBuf,
        /// What the operating system says.
        source: io::Error,
    },
}
