//! Proxies as child processes of the control plane, on the machine where it runs.
//!
//! One Envoy serves one fleet and binds the ports that its Gateway names. It runs in a process group of its own, is
//! restarted with growing pauses when it dies, and is replaced without an interruption when its bootstrap or arguments
//! change: the new one starts beside the old one (`SO_REUSEPORT`), and the old one drains once the new one is live.
//!
//! An Envoy outlives a control plane that crashes and goes on serving. The next control plane with the same runtime
//! directory recognises it by its command line, starts its own beside it and then drains the old one. Not finding such an
//! Envoy is possible only where there is no `/proc`.

mod admin;
mod arguments;
mod backoff;
mod binary;
mod board;
mod drain;
mod fleet;
mod log;
mod options;
mod orphan;
mod paths;
mod port;
mod process;
mod provisioner;
mod sds;

pub use binary::{BinaryNotFound, BinarySearch};
pub use options::{HostError, HostOptions};
pub use paths::{HostPathOverrides, HostPaths};
pub use provisioner::HostProvisioner;
pub use sds::SdsFiles;
