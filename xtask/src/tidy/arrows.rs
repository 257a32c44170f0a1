//! Which crate may import which.
//!
//! The table is the one of the architecture document. An arrow that is not in it fails `tidy`; adding one here is a
//! decision that a reviewer sees.

use super::Finding;
use crate::command::{Failure, Workspace, output};
use serde_json::Value;
use std::collections::BTreeSet;

/// What one package may import.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// The package.
    pub package: &'static str,
    /// Packages of this workspace that its normal and build dependencies may name.
    pub ours: &'static [&'static str],
    /// Outside packages that it must not reach, directly or through others.
    pub never: &'static [&'static str],
}

/// Kubernetes clients and their types.
const KUBE: [&str; 4] = ["kube", "kube-client", "kube-core", "k8s-openapi"];

/// What makes a crate asynchronous or lets it do I/O, and Kubernetes.
const PURE: &[&str] =
    &["tokio", "hyper", "tonic", "reqwest", "mio", "notify", KUBE[0], KUBE[1], KUBE[2], KUBE[3]];

/// The same, and Envoy's protos.
const PURE_AND_NEUTRAL: &[&str] = &[
    "tokio",
    "hyper",
    "tonic",
    "reqwest",
    "mio",
    "notify",
    "prost",
    "prost-types",
    KUBE[0],
    KUBE[1],
    KUBE[2],
    KUBE[3],
];

/// What a vendor's feature needs.
const VENDOR: &[&str] = &["eg-diag", "eg-ir", "eg-gatewayapi-translator", "eg-xds-translator"];

/// Every library that may be part of the product.
const LIBRARIES: &[&str] = &[
    "eg-diag",
    "eg-api",
    "eg-resources",
    "eg-ir",
    "eg-gatewayapi-translator",
    "eg-xds-api",
    "eg-xds-translator",
    "eg-xds-server",
    "eg-infra",
    "eg-provider-k8s",
    "eg-provider-file",
    "eg-fetch",
    "eg-extension",
    "eg-certs",
    "eg-telemetry",
    "eg-admin",
    "eg-runtime",
];

/// Packages that anybody may use in tests.
const FOR_TESTS: &[&str] = &["eg-testkit"];

const fn row(package: &'static str, ours: &'static [&'static str], never: &'static [&'static str]) -> Row {
    Row { package, ours, never }
}

/// The architecture's arrows.
pub const TABLE: &[Row] = &[
    row("eg-diag", &[], PURE_AND_NEUTRAL),
    row("eg-api", &["eg-diag"], PURE_AND_NEUTRAL),
    row("eg-resources", &["eg-diag", "eg-api"], PURE_AND_NEUTRAL),
    row("eg-ir", &["eg-diag"], PURE_AND_NEUTRAL),
    row("eg-gatewayapi-translator", &["eg-diag", "eg-api", "eg-resources", "eg-ir"], PURE_AND_NEUTRAL),
    row("eg-xds-api", &[], &KUBE),
    row("eg-xds-translator", &["eg-diag", "eg-ir", "eg-xds-api"], PURE),
    row("eg-xds-server", &["eg-xds-api"], &KUBE),
    row("eg-infra", &["eg-diag", "eg-ir", "eg-api"], &[]),
    row("eg-provider-k8s", &["eg-diag", "eg-api", "eg-resources"], &["tonic"]),
    row("eg-provider-file", &["eg-diag", "eg-api", "eg-resources"], &KUBE),
    row("eg-fetch", &["eg-diag", "eg-resources"], &KUBE),
    row("eg-extension", &["eg-diag", "eg-ir", "eg-xds-api", "eg-xds-translator"], &KUBE),
    row("eg-certs", &[], &KUBE),
    row("eg-telemetry", &[], &KUBE),
    row("eg-admin", &["eg-diag"], &KUBE),
    row("eg-runtime", LIBRARIES, &[]),
    row("eg-testkit", LIBRARIES, &[]),
    row("eg-bench", LIBRARIES, &[]),
    row("eg-envoy-gateway", LIBRARIES, &[]),
    row("eg-egctl", LIBRARIES, &[]),
    row("vendor-filter", VENDOR, PURE),
    row("vendor-policy-field", VENDOR, PURE),
    row("xtask", &[], PURE_AND_NEUTRAL),
    row("xds-codegen", &[], &KUBE),
    row("docs-codegen", &["eg-ir", "eg-gatewayapi-translator", "eg-xds-translator"], PURE),
];

/// Compares the direct dependencies in `cargo metadata` with a table.
pub fn check(metadata: &Value, table: &[Row]) -> Vec<Finding> {
    let packages = || metadata["packages"].as_array().into_iter().flatten();
    let ours: BTreeSet<&str> = packages().filter_map(|package| package["name"].as_str()).collect();
    let mut findings = Vec::new();
    for package in packages() {
        let name = package["name"].as_str().unwrap_or_default();
        let Some(row) = table.iter().find(|row| row.package == name) else {
            findings
                .push(Finding::error(name, "is not in the table of xtask/src/tidy/arrows.rs; add its row"));
            continue;
        };
        for dependency in package["dependencies"].as_array().into_iter().flatten() {
            let to = dependency["name"].as_str().unwrap_or_default();
            let in_tests = dependency["kind"] == "dev";
            let arrow = format!("{name} -> {to}");
            if ours.contains(to) {
                let allowed = if in_tests {
                    LIBRARIES.contains(&to) || FOR_TESTS.contains(&to)
                } else {
                    row.ours.contains(&to)
                };
                if !allowed && to != name {
                    findings.push(Finding::error(arrow, "is not an allowed arrow between crates"));
                }
            } else if !in_tests && row.never.contains(&to) {
                findings.push(Finding::error(arrow, format!("{name} must stay free of {to}")));
            }
        }
    }
    findings
}

/// Looks for forbidden outside packages in what each package reaches with its default features.
pub fn check_reach(workspace: &Workspace) -> Result<Vec<Finding>, Failure> {
    let mut findings = Vec::new();
    let metadata = workspace.metadata()?;
    let exists =
        |row: &&Row| metadata["packages"].as_array().into_iter().flatten().any(|p| p["name"] == row.package);
    for row in TABLE.iter().filter(exists).filter(|row| !row.never.is_empty()) {
        let mut tree = workspace.cargo();
        tree.args(["tree", "--package", row.package, "--edges", "normal", "--prefix", "none", "--no-dedupe"]);
        tree.args(["--format", "{lib} {p}"]);
        findings.extend(reach(row, &output(&mut tree)?));
    }
    Ok(findings)
}

/// The forbidden packages in the output of `cargo tree --prefix none`.
pub fn reach(row: &Row, tree: &str) -> Vec<Finding> {
    let reached: BTreeSet<&str> = tree.lines().filter_map(|line| line.split_whitespace().nth(1)).collect();
    let forbidden = row.never.iter().filter(|name| reached.contains(*name));
    forbidden
        .map(|name| {
            Finding::error(row.package, format!("reaches {name}; see `cargo tree -p {}`", row.package))
        })
        .collect()
}
