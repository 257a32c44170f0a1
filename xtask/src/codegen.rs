//! `cargo xtask codegen`: everything that is generated and checked in.
//!
//! A generator is a program of this workspace that writes files when started plainly, and that compares and ends with a
//! failure when started with `--check`: the package `xds-codegen`, and every cargo *example* whose name starts with
//! `generate`. A new one needs no entry here.

use crate::command::{Failure, Workspace, run as run_command};
use serde_json::Value;

/// One program that generates checked-in files.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Generator {
    /// The package it is in.
    pub package: String,
    /// `bin` or `example`.
    pub target: &'static str,
    /// Its target name.
    pub name: String,
    /// The features that its manifest entry asks for.
    pub features: Vec<String>,
}

/// Runs every generator, with `--check` if asked to.
pub fn run(workspace: &Workspace, arguments: &[String]) -> Result<(), Failure> {
    let check = arguments.iter().any(|argument| argument == "--check");
    let mut stale = Vec::new();
    let generators = generators(&workspace.metadata()?);
    for generator in &generators {
        let mut command = workspace.cargo();
        command.args(["run", "--quiet", "--package", &generator.package]);
        command.args([&format!("--{}", generator.target), &generator.name]);
        if !generator.features.is_empty() {
            command.args(["--features", &generator.features.join(",")]);
        }
        if check {
            command.args(["--", "--check"]);
        }
        if let Err(failure) = run_command(&mut command) {
            eprintln!("xtask codegen: {failure}");
            stale.push(format!("{} {}", generator.package, generator.name));
        }
    }
    if !stale.is_empty() {
        let hint = if check { "; `cargo xtask codegen` writes what is stale" } else { "" };
        return Err(Failure::new(format!("failed: {}{hint}", stale.join(", "))));
    }
    eprintln!("xtask codegen: {} generators {}", generators.len(), if check { "agree" } else { "ran" });
    Ok(())
}

/// The generators among the workspace's targets, as `cargo metadata` lists them.
pub fn generators(metadata: &Value) -> Vec<Generator> {
    let mut found = Vec::new();
    for package in metadata["packages"].as_array().into_iter().flatten() {
        let package_name = package["name"].as_str().unwrap_or_default();
        for target in package["targets"].as_array().into_iter().flatten() {
            let name = target["name"].as_str().unwrap_or_default();
            let is =
                |kind: &str| target["kind"].as_array().is_some_and(|kinds| kinds.iter().any(|k| k == kind));
            let target_kind = if is("example") && name.starts_with("generate") {
                "example"
            } else if is("bin") && package_name == "xds-codegen" {
                "bin"
            } else {
                continue;
            };
            let features = target["required-features"].as_array().into_iter().flatten();
            found.push(Generator {
                package: package_name.to_owned(),
                target: target_kind,
                name: name.to_owned(),
                features: features.filter_map(Value::as_str).map(str::to_owned).collect(),
            });
        }
    }
    found.sort();
    found
}
