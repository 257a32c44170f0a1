#![doc = include_str!("../README.md")]

#[cfg(feature = "arb")]
pub mod arb;
#[cfg(feature = "cases")]
pub mod cases;
#[cfg(feature = "echo")]
pub mod client;
#[cfg(feature = "contract")]
pub mod contract;
#[cfg(any(feature = "contract", feature = "echo"))]
pub mod deadline;
#[cfg(feature = "fetch")]
pub mod document;
#[cfg(feature = "echo")]
pub mod echo;
#[cfg(feature = "traffic")]
pub mod envoy;
#[cfg(feature = "extension")]
pub mod extension;
#[cfg(feature = "fuzz")]
pub mod fuzz;
#[cfg(feature = "echo")]
mod grpc;
#[cfg(feature = "traffic")]
pub mod load;
#[cfg(feature = "contract")]
pub mod memory;
#[cfg(feature = "traffic")]
pub mod port;
#[cfg(feature = "echo")]
pub mod tls;
#[cfg(feature = "traffic")]
pub mod traffic;

/// A boxed error, for fixtures whose failures are only ever printed by a test.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;
