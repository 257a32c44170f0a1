//! `cargo xtask test`: every test of the workspace, with what the tests start built before.

use crate::command::{Failure, Workspace, run as run_command};
use crate::envoy;
use std::{
    io::{BufRead, BufReader, Write},
    process::Stdio,
};

/// Packages whose tests start an Envoy; `--fast` leaves them out.
const WITH_ENVOY: &[&str] = &["eg-runtime", "eg-testkit", "eg-xds-server", "eg-envoy-gateway"];

/// Examples that end by themselves, with their arguments.
const EXAMPLES: &[(&str, &[&str])] = &[
    ("translate", &["examples/quickstart/resources/gateway.yaml"]),
    ("ir_to_xds", &[]),
    ("serve_snapshot", &["--check"]),
    ("vendor_filter", &[]),
    ("vendor_policy_field", &[]),
];

/// Runs the tests and ends with one line that sums up every `test result` line.
pub fn run(workspace: &Workspace, arguments: &[String]) -> Result<(), Failure> {
    let fast = arguments.iter().any(|argument| argument == "--fast");
    let rest = arguments.iter().filter(|argument| *argument != "--fast");
    let mut command = workspace.cargo();
    command.args(["test", "--workspace", "--no-fail-fast"]);
    if fast {
        command.args(["--lib", "--bins", "--tests"]);
        command.args(WITH_ENVOY.iter().flat_map(|package| ["--exclude", package]));
    } else {
        command.args(["--features", "eg-testkit/full"]);
        command.env("ENVOY_PATH", envoy::ensure(workspace)?);
        // With tests selected too, so that features unify as below and nothing is compiled twice.
        let mut build = workspace.cargo();
        build.args(["build", "--workspace", "--bins", "--examples", "--tests"]);
        build.args(["--features", "eg-testkit/full"]);
        run_command(&mut build)?;
        command.env("ENVOY_GATEWAY_BIN", workspace.binary("debug", "envoy-gateway"));
        command.env("EGCTL_BIN", workspace.binary("debug", "egctl"));
    }
    command.args(rest);
    let (summary, succeeded) = stream(&mut command)?;
    if !fast {
        run_examples(workspace)?;
    }
    println!("xtask test: {summary}");
    if succeeded && summary.failed == 0 { Ok(()) } else { Err(Failure::new("tests failed")) }
}

/// Runs the examples that the README names, as a reader would.
fn run_examples(workspace: &Workspace) -> Result<(), Failure> {
    for (example, arguments) in EXAMPLES {
        let program = workspace.binary("debug", &format!("examples/{example}"));
        run_command(workspace.command(program).args(*arguments).stdout(Stdio::null()))?;
        println!("xtask test: example {example}: ok");
    }
    Ok(())
}

/// Passes the runner's output through and adds up its closing lines.
fn stream(command: &mut std::process::Command) -> Result<(Summary, bool), Failure> {
    let mut child = command.stdout(Stdio::piped()).spawn()?;
    let mut summary = Summary::default();
    if let Some(stdout) = child.stdout.take() {
        let mut out = std::io::stdout().lock();
        for line in BufReader::new(stdout).split(b'\n') {
            let line = line?;
            out.write_all(&line)?;
            out.write_all(b"\n")?;
            summary.add(&String::from_utf8_lossy(&line));
        }
    }
    Ok((summary, child.wait()?.success()))
}

/// The sum of the closing lines of all test binaries.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// How many binaries reported.
    pub suites: u64,
    /// Tests that passed.
    pub passed: u64,
    /// Tests that failed.
    pub failed: u64,
    /// Tests that did not run.
    pub ignored: u64,
}

impl Summary {
    /// Adds a line of the form `test result: ok. 3 passed; 0 failed; 0 ignored; …`; other lines change nothing.
    pub fn add(&mut self, line: &str) {
        let Some((_, counts)) = line.split_once("test result: ") else { return };
        self.suites += 1;
        let words: Vec<&str> = counts.split([' ', ';']).filter(|word| !word.is_empty()).collect();
        for pair in words.windows(2) {
            let Ok(count) = pair[0].parse::<u64>() else { continue };
            match pair[1] {
                "passed" => self.passed += count,
                "failed" => self.failed += count,
                "ignored" => self.ignored += count,
                _ => {}
            }
        }
    }
}

impl std::fmt::Display for Summary {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { suites, passed, failed, ignored } = self;
        write!(f, "{suites} suites, {passed} passed, {failed} failed, {ignored} ignored")
    }
}
