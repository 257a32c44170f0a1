//! Facts about the APIs that lie beside the repository, and comparison of schemas with them.

use std::collections::BTreeSet;
use std::io::Write;
use std::path::{Path, PathBuf};

use serde_json::Value;

/// A directory of facts: in `$EG_SHARED`, else in `shared` beside the repository. Says so loudly when there is none.
pub(crate) fn directory(path: &str) -> Option<PathBuf> {
    let beside =
        || Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(3).map(|parent| parent.join("shared"));
    let found = std::env::var_os("EG_SHARED")
        .map(PathBuf::from)
        .or_else(beside)
        .map(|shared| shared.join(path))
        .filter(|directory| directory.is_dir());
    if found.is_none() {
        // Past the test harness, which would swallow it.
        let line = format!("*** NOT RUN: no {path} in $EG_SHARED or ../shared ***\n");
        std::io::stderr().write_all(line.as_bytes()).unwrap();
    }
    found
}

/// Adds a line for each difference between a node of the API's schema and ours.
///
/// Descriptions and messages are ours alone. `$type` names a Go type and is of no concern; below `$k8s` the facts are cut,
/// so nothing is compared there but what stands beside the mark.
pub(crate) fn compare(theirs: &Value, ours: &Value, path: &str, differences: &mut Vec<String>) {
    let (Some(theirs), Some(ours)) = (theirs.as_object(), ours.as_object()) else {
        if theirs != ours {
            differences.push(format!("{path}: {theirs} there, {ours} here"));
        }
        return;
    };
    let cut = theirs.contains_key("$k8s");
    let names: BTreeSet<&String> = theirs.keys().chain(ours.keys()).collect();
    for name in names {
        let (there, here) = (theirs.get(name), ours.get(name));
        match name.as_str() {
            "description" | "$type" | "$k8s" => {}
            _ if cut && there.is_none() => {}
            "properties" => properties(there, here, path, differences),
            "items" | "additionalProperties" if there.is_some() && here.is_some() => {
                let step = if name == "items" { "[]" } else { "{}" };
                compare(&theirs[name], &ours[name], &format!("{path}{step}"), differences);
            }
            "x-kubernetes-validations" => rules(there, here, path, differences),
            "required" | "enum" if sorted(there) == sorted(here) => {}
            _ if there == here => {}
            _ => differences.push(format!("{path} {name}: {} there, {} here", show(there), show(here))),
        }
    }
}

fn properties(theirs: Option<&Value>, ours: Option<&Value>, path: &str, differences: &mut Vec<String>) {
    let keys = |value: Option<&Value>| -> BTreeSet<String> {
        value.and_then(Value::as_object).into_iter().flatten().map(|(name, _)| name.clone()).collect()
    };
    for name in keys(theirs).union(&keys(ours)) {
        let (there, here) = (theirs.and_then(|p| p.get(name)), ours.and_then(|p| p.get(name)));
        let path = format!("{path}.{name}");
        match (there, here) {
            (Some(there), Some(here)) => compare(there, here, &path, differences),
            _ => differences.push(format!("{path}: {} there, {} here", there.is_some(), here.is_some())),
        }
    }
}

fn rules(theirs: Option<&Value>, ours: Option<&Value>, path: &str, differences: &mut Vec<String>) {
    let texts = |value: Option<&Value>| -> BTreeSet<String> {
        let rules = value.and_then(Value::as_array).into_iter().flatten();
        rules.map(|rule| rule["rule"].as_str().unwrap_or_default().trim().to_owned()).collect()
    };
    let (there, here) = (texts(theirs), texts(ours));
    differences.extend(there.difference(&here).map(|rule| format!("{path}: rule missing here: {rule}")));
    differences.extend(here.difference(&there).map(|rule| format!("{path}: rule only here: {rule}")));
    let messages = ours.and_then(Value::as_array).into_iter().flatten();
    for rule in messages.filter(|rule| rule["message"].as_str().is_none_or(str::is_empty)) {
        differences.push(format!("{path}: rule without message: {}", rule["rule"]));
    }
}

fn sorted(value: Option<&Value>) -> Option<Vec<String>> {
    let mut items: Vec<String> = value?.as_array()?.iter().map(Value::to_string).collect();
    items.sort();
    Some(items)
}

fn show(value: Option<&Value>) -> String {
    value.map_or_else(|| "nothing".to_owned(), Value::to_string)
}
