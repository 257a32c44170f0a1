//! JSON patches on documents that users may edit: the bootstrap and, through EnvoyPatchPolicy, any Envoy resource.
//!
//! The operations are those of [RFC 6902](https://www.rfc-editor.org/rfc/rfc6902), with the additions the Envoy Gateway
//! API promises on top:
//!
//! - The target is a JSON pointer (`path`), a [JSONPath](https://www.rfc-editor.org/rfc/rfc9535) (`json_path`), or both;
//!   then `path` is appended to every location the JSONPath selects, and each of them is patched. A JSONPath that selects
//!   nothing is an error. Locations are patched last one first, so that removing or inserting list elements does not move
//!   the locations still to come.
//! - `add` creates the objects and lists that are missing on the way to its target.
//! - A negative list index counts from the end.
//! - JSONPath expressions may leave out the leading `$` and may use the `=~` operator.
//!
//! Patches come from tenants, so what a patch can make of a document is bounded; see [`apply`].
//!
//! ```
//! use eg_xds_translator::patch::{self, Op, PatchOperation};
//! use serde_json::json;
//!
//! let mut doc = json!({"clusters": [{"name": "a"}, {"name": "b"}]});
//! let op = PatchOperation {
//!     json_path: Some("$.clusters[?(@.name == 'b')]".to_owned()),
//!     path: Some("/dns/family".to_owned()),
//!     value: Some(json!("V4_ONLY")),
//!     ..PatchOperation::new(Op::Add)
//! };
//! patch::apply(&mut doc, &[op])?;
//! assert_eq!(doc, json!({"clusters": [{"name": "a"}, {"name": "b", "dns": {"family": "V4_ONLY"}}]}));
//! # Ok::<(), eg_xds_translator::patch::PatchError>(())
//! ```

mod dialect;
mod error;
mod pointer;
mod select;

use std::fmt;

use json_patch::jsonptr::PointerBuf;
use serde::Deserialize;
use serde_json::Value;

pub use self::error::{PatchError, PatchProblem};

/// The most values that all operations of one [`apply`] call may write, copies included.
const MAX_WRITTEN: usize = 500_000;

/// The deepest nesting that a patch may create, and the longest path it may name.
const MAX_DEPTH: usize = 128;

/// What an operation does at its target.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Op {
    /// Inserts a value, or replaces an object member that is there.
    Add,
    /// Removes a value, which must be there.
    Remove,
    /// Replaces a value, which must be there.
    Replace,
    /// Removes the value at `from` and adds it at the target.
    Move,
    /// Adds the value at `from` at the target.
    Copy,
    /// Compares the target with a value and fails if they differ.
    Test,
}

impl Op {
    /// The operation of this name.
    pub fn named(name: &str) -> Option<Self> {
        let all = [Self::Add, Self::Remove, Self::Replace, Self::Move, Self::Copy, Self::Test];
        all.into_iter().find(|op| op.as_str() == name)
    }

    /// The name of the operation.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Add => "add",
            Self::Remove => "remove",
            Self::Replace => "replace",
            Self::Move => "move",
            Self::Copy => "copy",
            Self::Test => "test",
        }
    }
}

impl fmt::Display for Op {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One operation of a patch, as the user wrote it; it deserialises from a `JSONPatchOperation` of the API.
///
/// `Debug` does not show `value`, because patches of secrets carry key material.
#[derive(Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PatchOperation {
    /// What to do.
    pub op: Op,
    /// Where: a JSON pointer, absolute or, when `json_path` is set, below each selected location.
    pub path: Option<String>,
    /// Where: an expression that selects locations of the document as it is when this operation starts.
    pub json_path: Option<String>,
    /// The source of `move` and `copy`, an absolute JSON pointer.
    pub from: Option<String>,
    /// The value of `add`, `replace` and `test`.
    pub value: Option<Value>,
}

impl PatchOperation {
    /// Returns an operation without target, source and value.
    pub fn new(op: Op) -> Self {
        Self { op, path: None, json_path: None, from: None, value: None }
    }

    /// Checks that exactly the attributes that the operation uses are set; no document is needed.
    pub fn validate(&self) -> Result<(), PatchProblem> {
        if !is_set(self.path.as_ref()) && !is_set(self.json_path.as_ref()) {
            return Err(PatchProblem::NoTarget);
        }
        let (wants_value, wants_from) = match self.op {
            Op::Add | Op::Replace | Op::Test => (true, false),
            Op::Remove => (false, false),
            Op::Move | Op::Copy => (false, true),
        };
        match (wants_value, self.value.is_some()) {
            (true, false) => return Err(PatchProblem::MissingValue),
            (false, true) => return Err(PatchProblem::UnexpectedValue),
            _ => {}
        }
        match (wants_from, self.from.is_some()) {
            (true, false) => Err(PatchProblem::MissingFrom),
            (false, true) => Err(PatchProblem::UnexpectedFrom),
            _ => Ok(()),
        }
    }

    /// The target as the user wrote it, for messages.
    fn target(&self) -> String {
        [&self.json_path, &self.path]
            .into_iter()
            .flatten()
            .map(String::as_str)
            .collect::<Vec<_>>()
            .join(" + ")
    }
}

impl fmt::Debug for PatchOperation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { op, path, json_path, from, value } = self;
        f.debug_struct("PatchOperation")
            .field("op", op)
            .field("path", path)
            .field("json_path", json_path)
            .field("from", from)
            .field("value", &value.as_ref().map(|_| "[redacted]"))
            .finish()
    }
}

/// Applies all operations in order, or none: after an error `doc` is as it was.
///
/// # Errors
///
/// The first operation that cannot be applied, with its index and what it was aimed at. Patches that would write more than
/// 500,000 values in total or nest deeper than 128 levels are errors too, whatever the size of the document.
pub fn apply(doc: &mut Value, ops: &[PatchOperation]) -> Result<(), PatchError> {
    let mut patched = doc.clone();
    let mut budget = MAX_WRITTEN;
    for (operation, op) in ops.iter().enumerate() {
        let fail = |path: String, problem| PatchError { operation, op: op.op, path, problem };
        op.validate().map_err(|problem| fail(op.target(), problem))?;
        for pointer in targets(&patched, op).map_err(|problem| fail(op.target(), problem))? {
            apply_at(&mut patched, op, &pointer, &mut budget).map_err(|problem| fail(pointer, problem))?;
        }
    }
    *doc = patched;
    Ok(())
}

/// The pointers at which an operation works, in the order in which it does.
fn targets(doc: &Value, op: &PatchOperation) -> Result<Vec<String>, PatchProblem> {
    let path = op.path.as_deref().unwrap_or_default();
    match &op.json_path {
        Some(json_path) if !json_path.is_empty() => select::pointers(doc, json_path, path),
        _ => Ok(vec![path.to_owned()]),
    }
}

/// Applies one operation at one place.
fn apply_at(doc: &mut Value, op: &PatchOperation, at: &str, budget: &mut usize) -> Result<(), PatchProblem> {
    let inserts = matches!(op.op, Op::Add | Op::Move | Op::Copy);
    let from = match &op.from {
        Some(from) => Some(pointer::parse(doc, from, false).map_err(PatchProblem::into_from)?),
        None => None,
    };
    let path = pointer::parse(doc, at, inserts)?;
    let written = match &from {
        Some(from) => doc.pointer(from.as_str()).ok_or(PatchProblem::FromNotFound)?,
        None => op.value.as_ref().unwrap_or(&Value::Null),
    };
    let (size, depth) = measure(written);
    if depth + path.count() > 2 * MAX_DEPTH {
        return Err(PatchProblem::TooDeep);
    }
    if matches!(op.op, Op::Add | Op::Replace | Op::Copy) {
        *budget = budget.checked_sub(size).ok_or(PatchProblem::TooLarge)?;
    }
    if op.op == Op::Add {
        pointer::ensure_parents(doc, &path)?;
    }
    let operation = library_operation(op, path, from);
    json_patch::patch_unsafe(doc, &[operation]).map_err(|error| error.kind.into())
}

/// The operation in the terms of the library that carries it out.
fn library_operation(
    op: &PatchOperation,
    path: PointerBuf,
    from: Option<PointerBuf>,
) -> json_patch::PatchOperation {
    use json_patch::{
        AddOperation, CopyOperation, MoveOperation, PatchOperation as Library, RemoveOperation,
        ReplaceOperation, TestOperation,
    };
    let value = || op.value.clone().unwrap_or_default();
    let from = from.unwrap_or_default();
    match op.op {
        Op::Add => Library::Add(AddOperation { path, value: value() }),
        Op::Remove => Library::Remove(RemoveOperation { path }),
        Op::Replace => Library::Replace(ReplaceOperation { path, value: value() }),
        Op::Move => Library::Move(MoveOperation { from, path }),
        Op::Copy => Library::Copy(CopyOperation { from, path }),
        Op::Test => Library::Test(TestOperation { path, value: value() }),
    }
}

/// The number of values in a value, itself included, and how deep it is.
fn measure(value: &Value) -> (usize, usize) {
    let add = |(size, depth): (usize, usize), child: &Value| {
        let (child_size, child_depth) = measure(child);
        (size + child_size, depth.max(child_depth + 1))
    };
    match value {
        Value::Array(items) => items.iter().fold((1, 1), add),
        Value::Object(members) => members.values().fold((1, 1), add),
        _ => (1, 1),
    }
}

fn is_set(text: Option<&String>) -> bool {
    text.is_some_and(|text| !text.is_empty())
}

#[cfg(test)]
mod tests;
