//! Module sizes: a warning above 500 lines, an error above 800.
//!
//! Tests, generated code and data do not count. A module between the two limits is quiet if `CONTRIBUTING.md` gives the
//! reason, as a line ``- `path`: reason`` under the heading "Modules over 500 lines".

use super::Finding;
use std::collections::BTreeMap;

/// Above this many lines, a module needs a reason.
pub const WARN: usize = 500;

/// Above this many lines, no reason helps.
pub const FAIL: usize = 800;

/// The heading of the list of reasons in `CONTRIBUTING.md`.
const HEADING: &str = "Modules over 500 lines";

/// Why some modules are longer than they should be.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reasons(BTreeMap<String, String>);

impl Reasons {
    /// Reads the list from the text of `CONTRIBUTING.md`.
    pub fn parse(text: &str) -> Self {
        let section =
            text.lines().skip_while(|line| !(line.starts_with('#') && line.contains(HEADING))).skip(1);
        let entries = section.take_while(|line| !line.starts_with('#')).filter_map(|line| {
            let (path, reason) = line.strip_prefix("- `")?.split_once("`: ")?;
            Some((path.to_owned(), reason.to_owned()))
        });
        Self(entries.collect())
    }

    /// Entries for files that are gone.
    pub fn check(&self, files: &[String]) -> Vec<Finding> {
        let gone = self.0.keys().filter(|path| !files.contains(path));
        gone.map(|path| {
            Finding::error("CONTRIBUTING.md", format!("gives a reason for {path}, which is gone"))
        })
        .collect()
    }
}

/// Checks the size of one file.
pub fn check(file: &str, text: &str, reasons: &Reasons) -> Vec<Finding> {
    if !super::has_extension(file, "rs") || is_exempt(file, text) {
        return Vec::new();
    }
    let lines = counted_lines(text);
    let finding = if lines > FAIL {
        Finding::error(file, format!("{lines} lines; split it below {FAIL}, better below {WARN}"))
    } else if lines > WARN && !reasons.0.contains_key(file) {
        Finding::warning(file, format!("{lines} lines; split it, or give the reason in CONTRIBUTING.md"))
    } else if lines <= WARN && reasons.0.contains_key(file) {
        Finding::warning(file, "has a reason in CONTRIBUTING.md that it no longer needs")
    } else {
        return Vec::new();
    };
    vec![finding]
}

/// Tests, generated code and data.
fn is_exempt(file: &str, text: &str) -> bool {
    let folder = |name: &str| file.split('/').any(|part| part == name);
    let generated = text.lines().take(5).any(|line| line.starts_with("// @generated"));
    generated
        || ["tests", "benches", "generated", "data"].into_iter().any(folder)
        || file.ends_with("/tests.rs")
        || file.ends_with("_tests.rs")
}

/// Lines up to a trailing `#[cfg(test)] mod tests`.
fn counted_lines(text: &str) -> usize {
    let lines: Vec<&str> = text.lines().collect();
    let tests =
        lines.windows(2).position(|pair| pair[0] == "#[cfg(test)]" && pair[1].starts_with("mod tests {"));
    tests.unwrap_or(lines.len())
}
