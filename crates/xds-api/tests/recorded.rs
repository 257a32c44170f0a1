//! Resources that another control plane served to real proxies map, encode and validate without loss or complaint.
//!
//! The recordings are not part of the repository. They are read from the folder in `EG_SHARED`, or from `shared` beside
//! the repository; without them the test says on standard error that it did not run.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking, in its helper functions too")]

use std::io::Write as _;
use std::path::{Path, PathBuf};

use serde_json::Value;
use xds_api::{Case, canonicalize, encoded_to_json, json_to_encoded, validate_encoded};

/// Resource type by its key in a recording.
const TYPES: [(&str, &str); 5] = [
    ("clusters", "envoy.config.cluster.v3.Cluster"),
    ("endpoints", "envoy.config.endpoint.v3.ClusterLoadAssignment"),
    ("listeners", "envoy.config.listener.v3.Listener"),
    ("routes", "envoy.config.route.v3.RouteConfiguration"),
    ("secrets", "envoy.extensions.transport_sockets.tls.v3.Secret"),
];

fn recordings() -> Option<PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared");
    let shared = std::env::var_os("EG_SHARED").map_or(beside, PathBuf::from);
    Some(shared.join("parity/cases")).filter(|cases| cases.is_dir())
}

/// What is wrong with one recorded resource, if anything.
fn complaint(type_name: &str, resource: &Value) -> Option<String> {
    let bytes = match json_to_encoded(type_name, resource) {
        Ok(bytes) => bytes,
        Err(error) => return Some(error.to_string()),
    };
    if let Err(violations) = validate_encoded(type_name, &bytes) {
        return Some(violations.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "));
    }
    let printed = encoded_to_json(type_name, &bytes, Case::Snake).unwrap();
    if printed != *resource {
        return Some(format!("printed as {printed}"));
    }
    if json_to_encoded(type_name, &printed).unwrap() != bytes {
        return Some("the JSON form does not read back".into());
    }
    (canonicalize(type_name, &bytes).unwrap() != bytes).then(|| "the encoding is not canonical".into())
}

#[test]
fn recorded_resources_are_understood() {
    let Some(cases) = recordings() else {
        // Not `eprintln!`, which the test harness hides.
        writeln!(
            std::io::stderr(),
            "\nNOT RUN: recorded_resources_are_understood: no recordings; set EG_SHARED\n"
        )
        .unwrap();
        return;
    };
    let (mut checked, mut complaints) = (0_usize, Vec::new());
    for case in std::fs::read_dir(cases).unwrap() {
        let case = case.unwrap();
        let Ok(text) = std::fs::read_to_string(case.path().join("xds.json")) else { continue };
        let fleets: Value = serde_json::from_str(&text).unwrap();
        for resources in fleets.as_object().unwrap().values() {
            for (key, type_name) in TYPES {
                for resource in resources[key].as_array().into_iter().flatten() {
                    checked += 1;
                    if let Some(complaint) = complaint(type_name, resource) {
                        complaints.push(format!("{} {key}: {complaint}", case.file_name().display()));
                    }
                }
            }
        }
    }
    assert!(checked > 1000, "only {checked} resources found");
    assert!(complaints.is_empty(), "{} of {checked}:\n{}", complaints.len(), complaints.join("\n"));
}
