//! The protocol over in-memory connections: a real server, a real gRPC client, and time that passes only when nothing
//! else happens.

#![expect(clippy::expect_used, reason = "a test that cannot go on fails")]

mod delta;
mod order;
mod service;
mod sotw;
mod support;
