//! `egctl version`.

use std::process::ExitCode;

use clap::Args;
use serde_json::json;

use crate::output::{self, Error, Format};

#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Format of the result.
    #[arg(short, long, value_enum, default_value_t = Format::Yaml)]
    output: Format,
    /// Asks the running control planes too. They can be reached on Kubernetes only, which this build does not do.
    #[arg(short, long, default_value_t = false, action = clap::ArgAction::Set, num_args = 0..=1, default_missing_value = "true")]
    remote: bool,
}

pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode, Error> {
    if arguments.remote {
        return Err(Error::Usage("--remote needs Kubernetes, which this build does not reach".to_owned()));
    }
    output::print(&json!({"egctlVersion": env!("CARGO_PKG_VERSION")}), arguments.output)?;
    Ok(ExitCode::SUCCESS)
}
