//! Where in a YAML file a field is.

use std::{
    collections::BTreeMap,
    fmt,
    path::{Path, PathBuf},
};

use eg_diag::Segment;
use serde::{
    Deserialize, Deserializer,
    de::{IgnoredAny, MapAccess, SeqAccess, Visitor},
};
use serde_saphyr::Spanned;

/// A line of a file, or the whole file where the line is not known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    path: PathBuf,
    line: Option<u64>,
}

impl Place {
    /// A line of a file, counted from 1.
    pub(crate) fn new(path: &Path, line: Option<u64>) -> Self {
        Self { path: path.to_owned(), line: line.filter(|line| *line > 0) }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.path.display())?;
        self.line.iter().try_for_each(|line| write!(f, ":{line}"))
    }
}

/// One step on the way to a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    Key(String),
    Index(usize),
}

impl Step {
    /// The step of a path that `serde_path_to_error` found; none for what is no place in a document.
    pub(crate) fn of(segment: &serde_path_to_error::Segment) -> Option<Self> {
        match segment {
            serde_path_to_error::Segment::Map { key } => Some(Self::Key(key.clone())),
            serde_path_to_error::Segment::Seq { index } => Some(Self::Index(*index)),
            _ => None,
        }
    }
}

impl From<&Segment> for Step {
    fn from(segment: &Segment) -> Self {
        match segment {
            Segment::Field(name) => Self::Key((*name).to_owned()),
            Segment::Key(key) => Self::Key(key.clone()),
            Segment::Index(index) => Self::Index(*index),
        }
    }
}

/// The lines of the fields of a document.
#[derive(Debug)]
pub(crate) struct Lines(Option<Spanned<Node>>);

#[derive(Debug)]
enum Node {
    Fields(BTreeMap<String, Spanned<Self>>),
    Items(Vec<Spanned<Self>>),
    Scalar,
}

impl Lines {
    /// The lines of a document; none of what is no YAML.
    pub(crate) fn of(text: &str) -> Self {
        Self(serde_saphyr::from_str(text).ok())
    }

    /// The line of a field, or of the last thing on the way to it that is there; none when nothing of it is.
    pub(crate) fn at(&self, path: impl Iterator<Item = Step>) -> Option<u64> {
        let mut node = self.0.as_ref()?;
        let mut line = None;
        for step in path {
            let next = match (&node.value, step) {
                (Node::Fields(fields), Step::Key(key)) => fields.get(&key),
                (Node::Items(items), Step::Index(index)) => items.get(index),
                _ => None,
            };
            let Some(next) = next else { break };
            node = next;
            line = Some(node.referenced.line());
        }
        line
    }
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(NodeVisitor)
    }
}

struct NodeVisitor;

impl<'de> Visitor<'de> for NodeVisitor {
    type Value = Node;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("anything")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Node, A::Error> {
        let mut fields = BTreeMap::new();
        while let Some(key) = map.next_key()? {
            fields.insert(key, map.next_value()?);
        }
        Ok(Node::Fields(fields))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Node, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = list.next_element()? {
            items.push(item);
        }
        Ok(Node::Items(items))
    }

    fn visit_bool<E>(self, _: bool) -> Result<Node, E> {
        Ok(Node::Scalar)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Node, E> {
        Ok(Node::Scalar)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Node, E> {
        Ok(Node::Scalar)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Node, E> {
        Ok(Node::Scalar)
    }

    fn visit_str<E>(self, _: &str) -> Result<Node, E> {
        Ok(Node::Scalar)
    }

    fn visit_unit<E>(self) -> Result<Node, E> {
        Ok(Node::Scalar)
    }

    fn visit_none<E>(self) -> Result<Node, E> {
        Ok(Node::Scalar)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Node, D::Error> {
        IgnoredAny::deserialize(deserializer).map(|_| Node::Scalar)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_have_lines() {
        let lines = Lines::of("a:\n  b: [x, 1]\n  c:\n    - d: true\n      e: ~\n    - 1.5\n");
        let at = |path: &str| {
            let steps = path.split('.').filter(|step| !step.is_empty());
            lines.at(steps.map(|step| match step.parse() {
                Ok(index) => Step::Index(index),
                Err(_) => Step::Key(step.to_owned()),
            }))
        };
        assert_eq!(at("a.b"), Some(2));
        assert_eq!(at("a.b.1"), Some(2));
        assert_eq!(at("a.c.0.e"), Some(5));
        assert_eq!(at("a.c.1"), Some(6));
        assert_eq!(at("a.b.missing"), Some(2));
        assert_eq!(at("missing"), None);
        assert_eq!(Lines::of("a: [").at([Step::Key("a".to_owned())].into_iter()), None);
    }
}
