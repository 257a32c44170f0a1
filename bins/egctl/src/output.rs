//! What is printed.

use std::io::{self, Write};

use clap::ValueEnum;
use serde_json::Value;
use thiserror::Error;

/// The format of results.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// YAML.
    Yaml,
    /// JSON.
    Json,
}

/// Why a command failed.
#[derive(Debug, Error)]
pub(crate) enum Error {
    /// A file cannot be read.
    #[error("cannot read {path}: {source}")]
    Read {
        /// The file.
        path: String,
        /// Why not.
        source: io::Error,
    },
    /// The result cannot be written.
    #[error("cannot write: {0}")]
    Write(#[from] io::Error),
    /// The result has no such format.
    #[error("cannot format the result: {0}")]
    Format(String),
    /// A flag or a file says something that makes no sense.
    #[error("{0}")]
    Usage(String),
}

/// Prints a result on standard output.
pub(crate) fn print(value: &Value, format: Format) -> Result<(), Error> {
    let text = match format {
        Format::Json => {
            serde_json::to_string_pretty(value).map_err(|error| Error::Format(error.to_string()))? + "\n"
        }
        Format::Yaml => serde_saphyr::to_string(value).map_err(|error| Error::Format(error.to_string()))?,
    };
    print_text(&text)
}

/// Prints text on standard output.
pub(crate) fn print_text(text: &str) -> Result<(), Error> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes())?;
    out.flush()?;
    Ok(())
}

/// Prints a line on standard error; that nobody reads it is no failure.
pub(crate) fn complain(line: &str) {
    let _unread = writeln!(io::stderr().lock(), "{line}");
}
