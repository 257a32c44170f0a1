#![doc = include_str!("../README.md")]

mod family;
mod metrics;
mod page;

pub use family::{Counters, Gauges, Histograms};
pub use metrics::{Description, Metrics, Type};
pub use page::serve;
