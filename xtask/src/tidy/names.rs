//! Module names that say nothing.

use super::Finding;
use std::path::Path;

/// Stems that a module or crate must not have: they collect what belongs elsewhere.
const EMPTY_WORDS: &[&str] = &["helper", "helpers", "util", "utils", "common", "misc"];

/// Checks the name of one Rust file and of the folders it is in.
pub fn check(file: &str) -> Vec<Finding> {
    let path = Path::new(file);
    if !super::has_extension(file, "rs") {
        return Vec::new();
    }
    let mut findings = Vec::new();
    if path.file_name().is_some_and(|name| name == "mod.rs") {
        findings.push(Finding::error(file, "name the module file after the module: foo.rs beside foo/"));
    }
    let stem = path.with_extension("");
    for word in stem.iter().filter_map(|part| part.to_str()) {
        if EMPTY_WORDS.contains(&word) {
            findings.push(Finding::error(
                file,
                format!("`{word}` says nothing; name the module after its subject"),
            ));
        }
    }
    findings
}
