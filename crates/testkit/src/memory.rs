//! A source and a status sink in memory: fakes for tests, and the yardstick of the contract suites.

mod sink;
mod source;

pub use sink::MemoryStatusSink;
pub use source::{MemorySource, MemoryWorld};
