#![doc = include_str!("../README.md")]

#[macro_use]
mod open_enum;

pub mod config;
pub mod core;
pub mod gateway;
pub mod kinds;
pub mod meta;
pub mod multicluster;
pub mod v1alpha1;

#[cfg(feature = "schema")]
pub mod schema;
#[cfg(feature = "validate")]
pub mod validate;

pub use kinds::{KindInfo, Resource};
