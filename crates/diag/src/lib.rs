#![doc = include_str!("../README.md")]

mod diagnostic;
mod field_path;
mod kind;
mod object_ref;

pub use diagnostic::{Code, Diagnostic, Severity};
pub use field_path::{FieldPath, Segment};
pub use kind::{Kind, KindNames};
pub use object_ref::{Identity, ObjectRef};
