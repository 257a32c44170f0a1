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
    let printed = match accepted(type_name, resource) {
        Ok(printed) => printed,
        Err(complaint) => return Some(complaint),
    };
    (printed != *resource).then(|| format!("printed as {printed}"))
}

/// The JSON form of a recorded message that maps, validates and encodes, or what is wrong with it.
fn accepted(type_name: &str, resource: &Value) -> Result<Value, String> {
    let bytes = json_to_encoded(type_name, resource).map_err(|error| error.to_string())?;
    validate_encoded(type_name, &bytes)
        .map_err(|violations| violations.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))?;
    let printed = encoded_to_json(type_name, &bytes, Case::Snake).map_err(|error| error.to_string())?;
    if json_to_encoded(type_name, &printed).unwrap() != bytes {
        return Err("the JSON form does not read back".into());
    }
    if canonicalize(type_name, &bytes).unwrap() != bytes {
        return Err("the encoding is not canonical".into());
    }
    Ok(printed)
}

/// The objects of a recorded file by fleet, none if the case has no such file.
fn fleets(case: &Path, file: &str) -> Vec<Value> {
    let Ok(text) = std::fs::read_to_string(case.join(file)) else { return Vec::new() };
    let fleets: serde_json::Map<String, Value> = serde_json::from_str(&text).unwrap();
    fleets.into_iter().map(|(_, value)| value).collect()
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
        let case = case.unwrap().path();
        let mut complain = |what: &str, complaint: String| {
            complaints.push(format!("{} {what}: {complaint}", case.display()));
        };
        for resources in fleets(&case, "xds.json") {
            for (key, type_name) in TYPES {
                for resource in resources[key].as_array().into_iter().flatten() {
                    checked += 1;
                    if let Some(complaint) = complaint(type_name, resource) {
                        complain(key, complaint);
                    }
                }
            }
        }
        // Users write parts of a bootstrap themselves, so its recorded form need not be the printed one.
        for bootstrap in fleets(&case, "bootstrap.json") {
            checked += 1;
            if let Err(complaint) = accepted("envoy.config.bootstrap.v3.Bootstrap", &bootstrap) {
                complain("bootstrap", complaint);
            }
        }
    }
    assert!(checked > 1000, "only {checked} resources found");
    assert!(complaints.is_empty(), "{} of {checked}:\n{}", complaints.len(), complaints.join("\n"));
}
