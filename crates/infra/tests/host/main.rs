//! The host provisioner with a real Envoy.
#![cfg(all(feature = "host", target_os = "linux"))]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

mod fixture;
mod leftover;
mod lifecycle;
mod replacement;
