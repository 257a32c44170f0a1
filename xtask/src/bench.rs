//! `cargo xtask bench`: the benchmarks, built for release.

use crate::command::{Failure, Workspace, run as run_command};
use crate::envoy;

/// The file with the limits that `--check` compares with.
const LIMITS: &str = "docs/bench-floor.json";

/// Runs the benchmark of the core; after `live`, the one of the program with a real Envoy. What follows is passed on.
///
/// `--check` without a file compares with the recorded limits.
pub fn run(workspace: &Workspace, arguments: &[String]) -> Result<(), Failure> {
    let mut arguments: Vec<&str> = arguments.iter().map(String::as_str).filter(|one| *one != "--").collect();
    if arguments.first() == Some(&"live") {
        return live(workspace, &arguments[1..]);
    }
    if let Some(check) = arguments.iter().position(|argument| *argument == "--check")
        && arguments.get(check + 1).is_none_or(|next| next.starts_with("--"))
    {
        arguments.insert(check + 1, LIMITS);
    }
    run_command(workspace.cargo().args(["run", "--release", "--package", "eg-bench", "--"]).args(arguments))
}

fn live(workspace: &Workspace, arguments: &[&str]) -> Result<(), Failure> {
    let envoy = envoy::ensure(workspace)?;
    workspace.run_cargo(&["build", "--release", "--package", "eg-envoy-gateway"])?;
    run_command(
        workspace
            .cargo()
            .args(["run", "--release", "--package", "eg-testkit", "--features", "traffic"])
            .args(["--example", "bench", "--"])
            .args(arguments)
            .env("ENVOY_PATH", envoy)
            .env("ENVOY_GATEWAY_BIN", workspace.binary("release", "envoy-gateway")),
    )
}
