//! `cargo xtask tidy`: what a compiler does not see.

pub mod arrows;
pub mod commands;
pub mod leftovers;
pub mod names;
pub mod sizes;

use crate::{
    codegen,
    command::{Failure, Workspace, output},
};
use std::{fmt, path::Path};

/// Whether a finding stops the build.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Printed only.
    Warning,
    /// Fails `tidy`.
    Error,
}

/// Something that should be otherwise.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    /// Whether it stops the build.
    pub severity: Severity,
    /// The file, package or arrow it is about.
    pub subject: String,
    /// What is wrong and what to do.
    pub text: String,
}

impl Finding {
    /// A finding that fails `tidy`.
    pub fn error(subject: impl Into<String>, text: impl Into<String>) -> Self {
        Self { severity: Severity::Error, subject: subject.into(), text: text.into() }
    }

    /// A finding that is only printed.
    pub fn warning(subject: impl Into<String>, text: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, subject: subject.into(), text: text.into() }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let severity = match self.severity {
            Severity::Warning => "warning",
            Severity::Error => "error",
        };
        write!(f, "{severity}: {}: {}", self.subject, self.text)
    }
}

/// Runs every check and fails if one of them found an error.
pub fn run(workspace: &Workspace, _arguments: &[String]) -> Result<(), Failure> {
    let files = tracked_files(workspace)?;
    let mut findings = check_files(workspace.root(), &files)?;
    findings.extend(arrows::check(&workspace.metadata()?, arrows::TABLE));
    findings.extend(arrows::check_reach(workspace)?);
    findings.extend(commands::check(workspace, &files)?);
    if let Err(failure) = codegen::run(workspace, &["--check".to_owned()]) {
        findings.push(Finding::error("codegen", failure.to_string()));
    }
    findings.sort();
    for finding in &findings {
        eprintln!("{finding}");
    }
    let errors = findings.iter().filter(|finding| finding.severity == Severity::Error).count();
    let warnings = findings.len() - errors;
    println!("xtask tidy: {} files, {errors} errors, {warnings} warnings", files.len());
    if errors == 0 { Ok(()) } else { Err(Failure::new(format!("{errors} errors"))) }
}

/// The checks that look at one file at a time: sizes, names, left-overs.
pub fn check_files(root: &Path, files: &[String]) -> Result<Vec<Finding>, Failure> {
    let contributing = std::fs::read_to_string(root.join("CONTRIBUTING.md")).unwrap_or_default();
    let reasons = sizes::Reasons::parse(&contributing);
    let mut findings = reasons.check(files);
    for file in files {
        findings.extend(names::check(file));
        let Ok(text) = std::fs::read_to_string(root.join(file)) else { continue };
        findings.extend(sizes::check(file, &text, &reasons));
        findings.extend(leftovers::check(file, &text));
    }
    Ok(findings)
}

/// Whether the name of a file ends in a dot and this.
fn has_extension(file: &str, extension: &str) -> bool {
    Path::new(file).extension().is_some_and(|found| found == extension)
}

/// What git tracks or would track, relative to the root, in order.
fn tracked_files(workspace: &Workspace) -> Result<Vec<String>, Failure> {
    let mut git = workspace.command("git");
    git.args(["ls-files", "--cached", "--others", "--exclude-standard"]);
    let listed = output(&mut git)?;
    let mut files: Vec<String> =
        listed.lines().filter(|file| workspace.path(file).is_file()).map(str::to_owned).collect();
    files.sort();
    files.dedup();
    Ok(files)
}
