//! `cargo xtask lint`: formatting and clippy.

use crate::command::{Failure, Workspace};

/// Checks the formatting, then clippy on every target with warnings as errors.
pub fn run(workspace: &Workspace, _arguments: &[String]) -> Result<(), Failure> {
    workspace.run_cargo(&["fmt", "--all", "--check"])?;
    workspace.run_cargo(&[
        "clippy",
        "--workspace",
        "--all-targets",
        "--all-features",
        "--quiet",
        "--",
        "-D",
        "warnings",
    ])?;
    eprintln!("xtask lint: ok");
    Ok(())
}
