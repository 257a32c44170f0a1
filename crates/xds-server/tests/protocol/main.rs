//! The protocol over in-memory connections: a real server, a real gRPC client, and time that passes only when nothing
//! else happens.

mod delta;
mod order;
mod service;
mod sotw;
mod support;
