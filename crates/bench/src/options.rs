//! Arguments.

use crate::{measure::Subject, world::Layout};

/// What to measure, and what to do with the result.
#[derive(Debug)]
pub(crate) struct Options {
    /// Numbers of routes.
    pub(crate) routes: Vec<usize>,
    /// How many edits of each kind.
    pub(crate) edits: usize,
    /// The file to write the figures to.
    pub(crate) json: Option<String>,
    /// The file with the limits to compare with.
    pub(crate) check: Option<String>,
    /// The layouts of the worlds.
    pub(crate) layouts: Vec<Layout>,
    /// What to do again and again instead, for a profiler.
    pub(crate) profile: Option<Subject>,
}

impl Options {
    /// Reads `--routes N,N --layout NAME --edits N --json FILE --check FILE --profile scratch|route|endpoint|memory`.
    pub(crate) fn parse(mut arguments: impl Iterator<Item = String>) -> Result<Self, String> {
        let mut options = Self {
            routes: vec![1_000, 10_000],
            edits: 101,
            json: None,
            check: None,
            layouts: Layout::ALL.to_vec(),
            profile: None,
        };
        while let Some(flag) = arguments.next() {
            let mut value = || arguments.next().ok_or_else(|| format!("{flag} needs a value"));
            match flag.as_str() {
                "--routes" => {
                    options.routes = value()?.split(',').map(number).collect::<Result<_, _>>()?;
                }
                "--layout" => options.layouts = vec![value()?.parse()?],
                "--edits" => options.edits = number(&value()?)?.max(1),
                "--json" => options.json = Some(value()?),
                "--check" => options.check = Some(value()?),
                "--profile" => options.profile = Some(value()?.parse()?),
                other => return Err(format!("{other} is no argument of the benchmark")),
            }
        }
        Ok(options)
    }
}

fn number(text: &str) -> Result<usize, String> {
    text.parse().map_err(|error| format!("{text}: {error}"))
}
