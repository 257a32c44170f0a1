#![doc = include_str!("../README.md")]

mod diagnostic;
mod field_path;
mod object_ref;

pub use diagnostic::{Code, Diagnostic, Severity};
pub use field_path::{FieldPath, Segment};
pub use object_ref::{Kind, ObjectRef};
