//! The contracts of sources and status sinks, held by files.

#[path = "conformance/source.rs"]
mod source;
#[path = "conformance/status.rs"]
mod status;
