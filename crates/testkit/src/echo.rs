//! Backends that answer with what they were asked, in this process or as a program.
//!
//! The answer has the shape of the Gateway API conformance suite's echo server. The request controls it:
//! `?delay=MS` waits before answering, `?status=CODE` answers with that status, and the header
//! `x-echo-set-header: name: value` sets a response header. Others answer lines or datagrams in the same words.
//!
//! With feature `traffic` a backend that speaks HTTP/2 is an external processor of Envoy, too: it adds `x-processed-by`, its
//! name, to requests and to responses, refuses requests with the header `x-refuse` by 403, and tells with `x-told` the path that
//! it got as attribute and with `x-body-length` how long a body was.

mod answer;
#[cfg(feature = "traffic")]
mod processor;
mod raw;
mod server;

pub use answer::{Echoed, TlsEchoed};
pub use server::{Echo, Protocol};
