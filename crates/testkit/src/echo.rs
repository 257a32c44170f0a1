//! Backends that answer with what they were asked, in this process or as a program.
//!
//! The answer has the shape of the Gateway API conformance suite's echo server. The request controls it:
//! `?delay=MS` waits before answering, `?status=CODE` answers with that status, and the header
//! `x-echo-set-header: name: value` sets a response header. Others answer lines or datagrams in the same words.

mod answer;
mod raw;
mod server;

pub use answer::{Echoed, TlsEchoed};
pub use server::{Echo, Protocol};
