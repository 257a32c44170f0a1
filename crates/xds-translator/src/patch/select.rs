//! From a JSONPath expression to the JSON pointers of what it selects.

use std::collections::BTreeSet;

use serde_json::Value;
use serde_json_path::{JsonPath, NormalizedPath};

use super::{PatchProblem, dialect};

/// The pointers of all locations that `json_path` selects, each followed by `suffix`, the last location first.
pub(super) fn pointers(doc: &Value, json_path: &str, suffix: &str) -> Result<Vec<String>, PatchProblem> {
    let standard = dialect::standard(json_path)?;
    let path = JsonPath::parse(&standard).map_err(|error| PatchProblem::BadJsonPath(error.to_string()))?;
    let slash = if suffix.is_empty() || suffix.starts_with('/') { "" } else { "/" };
    let mut seen = BTreeSet::new();
    let mut pointers: Vec<String> = path
        .query_located(doc)
        .locations()
        .map(NormalizedPath::to_json_pointer)
        .filter(|pointer| seen.insert(pointer.clone()))
        .map(|pointer| format!("{pointer}{slash}{suffix}"))
        .collect();
    if pointers.is_empty() {
        return Err(PatchProblem::NoMatch);
    }
    pointers.reverse();
    Ok(pointers)
}
