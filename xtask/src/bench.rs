//! `cargo xtask bench`: the benchmarks, built for release.

use crate::command::{Failure, Workspace, run as run_command};
use crate::envoy;

/// Runs the bench program of the testkit; everything after `bench` is passed on to it.
pub fn run(workspace: &Workspace, arguments: &[String]) -> Result<(), Failure> {
    let envoy = envoy::ensure(workspace)?;
    workspace.run_cargo(&["build", "--release", "--package", "eg-envoy-gateway"])?;
    let arguments = arguments.iter().filter(|argument| *argument != "--");
    run_command(
        workspace
            .cargo()
            .args(["run", "--release", "--package", "eg-testkit", "--features", "traffic"])
            .args(["--example", "bench", "--"])
            .args(arguments)
            .env("ENVOY_GATEWAY_BIN", workspace.binary("release", "envoy-gateway"))
            .env("ENVOY_PATH", envoy),
    )
}
