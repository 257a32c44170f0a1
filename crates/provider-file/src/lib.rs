#![doc = include_str!("../README.md")]

mod document;

pub use document::{Document, DocumentError, documents, object};
