//! The contracts of sources and status sinks, held by files.

#![expect(clippy::unwrap_used, reason = "a test cannot go on without what it prepares")]

#[path = "conformance/source.rs"]
mod source;
#[path = "conformance/status.rs"]
mod status;
