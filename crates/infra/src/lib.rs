#![doc = include_str!("../README.md")]

mod bootstrap;
mod error;
#[cfg(all(feature = "host", unix))]
pub mod host;
mod observed;
mod provisioner;

pub use bootstrap::{BootstrapError, BootstrapSource, PortPlan};
pub use error::ProvisionError;
pub use futures_util::{future::BoxFuture, stream::BoxStream};
pub use observed::{Observation, Observed};
pub use provisioner::{InfraTarget, Provisioner, Renderer};
