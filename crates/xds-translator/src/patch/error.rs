//! What can go wrong with a patch.

use super::Op;

/// A patch that could not be applied: which operation, where, and why.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("operation {operation} ({op} {path:?}): {problem}")]
#[non_exhaustive]
pub struct PatchError {
    /// The index of the operation in the patch, from zero.
    pub operation: usize,
    /// What the operation was to do.
    pub op: Op,
    /// The pointer that was patched, or the target as the user wrote it when no pointer was found.
    pub path: String,
    /// Why it failed.
    #[source]
    pub problem: PatchProblem,
}

/// Why an operation of a patch failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PatchProblem {
    /// Neither `path` nor `jsonPath` is set.
    #[error("needs a path or a jsonPath")]
    NoTarget,
    /// An operation that writes or compares has no value.
    #[error("needs a value")]
    MissingValue,
    /// An operation that takes no value has one.
    #[error("takes no value")]
    UnexpectedValue,
    /// A `move` or `copy` does not say from where.
    #[error("needs a from")]
    MissingFrom,
    /// An operation other than `move` and `copy` says from where.
    #[error("takes no from")]
    UnexpectedFrom,
    /// The target is not a JSON pointer.
    #[error("not a JSON pointer: {0}")]
    BadPointer(String),
    /// The source is not a JSON pointer.
    #[error("from is not a JSON pointer: {0}")]
    BadFrom(String),
    /// The JSONPath expression cannot be read.
    #[error("not a JSONPath expression: {0}")]
    BadJsonPath(String),
    /// The JSONPath expression selects nothing in this document.
    #[error(
        "the jsonPath selects nothing; to create something, select what exists and name the rest in path"
    )]
    NoMatch,
    /// There is nothing at the target, or it cannot have the named child.
    #[error("no such place in the document")]
    NotFound,
    /// There is nothing at the source.
    #[error("from names nothing in the document")]
    FromNotFound,
    /// A value would be moved into itself.
    #[error("cannot move a value into itself")]
    IntoItself,
    /// The value at the target is not the expected one.
    #[error("the value there is a different one")]
    TestFailed,
    /// The patch as a whole writes too much.
    #[error("the patch writes too many values")]
    TooLarge,
    /// The path is too long, or the result would be nested too deep.
    #[error("nested too deep")]
    TooDeep,
}

impl PatchProblem {
    /// The same problem, said of `from` instead of the target.
    pub(super) fn into_from(self) -> Self {
        match self {
            Self::BadPointer(text) => Self::BadFrom(text),
            Self::NotFound => Self::FromNotFound,
            other => other,
        }
    }
}

impl From<json_patch::PatchErrorKind> for PatchProblem {
    fn from(kind: json_patch::PatchErrorKind) -> Self {
        use json_patch::PatchErrorKind as Kind;
        match kind {
            Kind::TestFailed => Self::TestFailed,
            Kind::InvalidFromPointer => Self::FromNotFound,
            Kind::CannotMoveInsideItself => Self::IntoItself,
            _ => Self::NotFound,
        }
    }
}
