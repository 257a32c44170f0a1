//! The place of a value during a walk; it costs nothing until a violation prints it.

use std::fmt;

use super::plan::Key;
use super::wire::Wire;

/// A place as a chain of steps on the stack of the walk.
pub(super) struct Path<'a> {
    parent: Option<&'a Path<'a>>,
    step: Step<'a>,
}

enum Step<'a> {
    Root,
    Field(&'a str),
    Index(usize),
    Key(&'a Key, Option<Wire<'a>>),
}

impl Path<'static> {
    /// The message itself.
    pub(super) const ROOT: Self = Self { parent: None, step: Step::Root };
}

impl<'a> Path<'a> {
    /// A field or oneof of the message here.
    pub(super) fn field(&'a self, name: &'a str) -> Self {
        Self { parent: Some(self), step: Step::Field(name) }
    }

    /// An element of the list here.
    pub(super) fn index(&'a self, index: usize) -> Self {
        Self { parent: Some(self), step: Step::Index(index) }
    }

    /// An entry of the map here, by its encoded key.
    pub(super) fn key(&'a self, key: &'a Key, wire: Option<Wire<'a>>) -> Self {
        Self { parent: Some(self), step: Step::Key(key, wire) }
    }

    fn is_root(&self) -> bool {
        matches!(self.step, Step::Root)
    }
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(parent) = self.parent else { return Ok(()) };
        parent.fmt(f)?;
        match self.step {
            Step::Root => Ok(()),
            Step::Field(name) if parent.is_root() => f.write_str(name),
            Step::Field(name) => write!(f, ".{name}"),
            Step::Index(index) => write!(f, "[{index}]"),
            Step::Key(key, wire) => write!(f, "[{}]", key.label(wire)),
        }
    }
}
