//! `envoy-gateway`: the control plane.

use std::{
    io::{self, Write},
    process::ExitCode,
};

use clap::{Parser, Subcommand};

mod certgen;
mod config;
mod host;
mod logging;
mod position;
mod reload;
mod server;
mod version;

/// Manages Envoy proxies by the Gateway API.
#[derive(Debug, Parser)]
#[command(name = "envoy-gateway", disable_version_flag = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Runs the control plane.
    #[command(visible_alias = "serve")]
    Server(server::Arguments),
    /// Makes the certificates of the control plane and of the proxies.
    Certgen(certgen::Arguments),
    /// Shows versions.
    #[command(visible_aliases = ["versions", "v"])]
    Version(version::Arguments),
}

fn main() -> ExitCode {
    let outcome = match Cli::parse().command {
        Command::Server(arguments) => server::run(&arguments).map_err(Into::into),
        Command::Certgen(arguments) => certgen::run(&arguments),
        Command::Version(arguments) => version::run(&arguments),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // That nobody reads it is no further failure.
            let _unread = writeln!(io::stderr().lock(), "envoy-gateway: {}", chain(&*error));
            ExitCode::FAILURE
        }
    }
}

/// Prints on standard output.
fn print(text: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes())?;
    out.flush()
}

/// An error and what caused it, in one line.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}
