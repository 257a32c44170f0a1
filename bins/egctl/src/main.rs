//! `egctl`: looks at Gateway API configuration offline, with the same core as the control plane.

use std::process::ExitCode;

use clap::{Parser, Subcommand};

mod explain;
mod output;
mod translate;
mod validate;
mod version;

/// Command-line companion of Envoy Gateway.
#[derive(Debug, Parser)]
#[command(name = "egctl", disable_version_flag = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Shows the version of this program.
    #[command(visible_aliases = ["versions", "v"])]
    Version(version::Arguments),
    /// Commands that may still change.
    #[command(visible_alias = "x", subcommand)]
    Experimental(Experimental),
}

#[derive(Debug, Subcommand)]
enum Experimental {
    /// Translates Gateway API objects to what Envoy Gateway makes of them.
    Translate(translate::Arguments),
    /// Explains which objects serve a request, and why others do not.
    Explain(explain::Arguments),
    /// Checks objects against the schemas and rules of their kinds.
    Validate(validate::Arguments),
}

fn main() -> ExitCode {
    let outcome = match Cli::parse().command {
        Command::Version(arguments) => version::run(&arguments),
        Command::Experimental(Experimental::Translate(arguments)) => translate::run(&arguments),
        Command::Experimental(Experimental::Explain(arguments)) => explain::run(&arguments),
        Command::Experimental(Experimental::Validate(arguments)) => validate::run(&arguments),
    };
    outcome.unwrap_or_else(|error| {
        output::complain(&format!("egctl: {error}"));
        ExitCode::FAILURE
    })
}
