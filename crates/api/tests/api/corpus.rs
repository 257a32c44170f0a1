//! Verdicts on objects agree with those of an API server that has the original CRDs.

use std::collections::BTreeSet;
use std::path::Path;

use eg_api::validate::{Violation, validator_for};
use serde_json::Value;

use crate::facts;

/// Cases that differ, each with the reason.
const EXCEPTIONS: &[(&str, &str)] = &[];

#[test]
fn verdicts_agree_with_the_api_server() {
    let Some(corpus) = facts::directory("cel-corpus") else { return };
    let mut files: Vec<_> = std::fs::read_dir(corpus).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "jsonl"));
    files.retain(|path| !path.ends_with("gatewayapi-xbackendtrafficpolicy.jsonl"));
    files.sort();
    let (mut cases, mut disagreements) = (0, Vec::new());
    for file in &files {
        for line in std::fs::read_to_string(file).unwrap().lines() {
            let case: Value = serde_json::from_str(line).unwrap();
            let name = case["name"].as_str().unwrap();
            // We speak the experimental channel only.
            if case["channel"] == "standard" || EXCEPTIONS.iter().any(|(exception, _)| *exception == name) {
                continue;
            }
            cases += 1;
            disagreements.extend(disagreement(&case).map(|text| format!("{} {name}: {text}", stem(file))));
        }
    }
    assert!(cases > 700, "only {cases} cases");
    assert!(disagreements.is_empty(), "{} of {cases}:\n{}", disagreements.len(), disagreements.join("\n"));
}

fn stem(file: &Path) -> &str {
    file.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default()
}

fn disagreement(case: &Value) -> Option<String> {
    let Some(validator) = validator_for(&case["object"]) else { return Some("no validator".to_owned()) };
    let violations = match case.get("oldObject") {
        Some(old) => validator.validate_update(&case["object"], old),
        None => validator.validate(&case["object"]),
    };
    let expected: BTreeSet<&str> = case["errorFields"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(Value::as_str)
        // A failed combination of schemas is reported at the root besides, and stored objects have a generation.
        .filter(|field| !matches!(*field, "" | "status" | "metadata.generation"))
        .collect();
    let found: BTreeSet<&str> = violations.iter().map(|violation| violation.path.as_str()).collect();
    let agrees = case["valid"] == violations.is_empty() && expected == found;
    (!agrees).then(|| {
        let list = violations.iter().map(Violation::to_string).collect::<Vec<_>>().join(" | ");
        format!("expected {expected:?}, found {found:?}: {list}")
    })
}
