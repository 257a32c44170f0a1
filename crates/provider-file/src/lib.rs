#![doc = include_str!("../README.md")]

mod document;
mod folder;
mod index;
mod parse;
mod pending;
mod problem;
mod scan;
mod source;
mod status;
mod watch;

pub use document::{Document, DocumentError, documents, object};
pub use problem::{Problem, Problems};
pub use source::{FileOptions, FileSource};
pub use status::FileStatusSink;
