//! `cargo xtask lint`: formatting and clippy.

use crate::command::{Failure, Workspace};

/// What every pass of clippy has in common.
const CLIPPY: &[&str] = &["clippy", "--workspace", "--all-features", "--quiet"];

/// Lints that tests need not obey: a test that cannot go on panics, and says so.
const FREE_IN_TESTS: &[&str] =
    &["clippy::unwrap_used", "clippy::expect_used", "clippy::panic", "clippy::print_stdout", "missing_docs"];

/// Checks the formatting, then clippy with warnings as errors: on what ships, then on tests and benches.
pub fn run(workspace: &Workspace, _arguments: &[String]) -> Result<(), Failure> {
    workspace.run_cargo(&["fmt", "--all", "--check"])?;
    let shipped = ["--lib", "--bins", "--examples", "--", "-D", "warnings"];
    workspace.run_cargo(&[CLIPPY, &shipped].concat())?;
    let mut tests = [CLIPPY, &["--tests", "--benches", "--", "-D", "warnings"]].concat();
    tests.extend(FREE_IN_TESTS.iter().flat_map(|lint| ["-A", lint]));
    workspace.run_cargo(&tests)?;
    println!("xtask lint: ok");
    Ok(())
}
