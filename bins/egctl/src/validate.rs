//! `egctl experimental validate`.

use std::{
    io::{self, IsTerminal},
    process::ExitCode,
};

use clap::Args;
use eg_provider_file::{DocumentError, documents};
use eg_resources::Decoder;
use serde_json::Value;

use crate::{
    output::{self, Error},
    translate::read,
};

/// How many lines of an object are shown to tell which one it is.
const SHOWN_LINES: usize = 6;

#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// The file to check; `-` is standard input.
    #[arg(short, long)]
    file: String,
    /// Ends with a failure if an object does not hold, for use in scripts.
    #[arg(long)]
    exit_code: bool,
}

pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode, Error> {
    let text = read(&arguments.file)?;
    let (mut failed, mut unreadable) = (0_usize, 0_usize);
    for document in documents(&text) {
        let value = match document.content {
            Ok(value) => value,
            Err(error) => {
                unreadable += 1;
                output::complain(&format!("egctl: document {}: {error}", document.number));
                continue;
            }
        };
        let head = head(&value)?;
        let subject = subject(&value);
        warn_of_unknown_fields(document.number, &value);
        let Err(error) = eg_provider_file::object(value, &Decoder::new(), true) else { continue };
        failed += 1;
        output::print_text(&format!("{head}\nlocal validation error: {}\n\n", explained(&subject, &error)))?;
    }
    if failed + unreadable == 0 {
        let ok = if io::stdout().is_terminal() { "\u{1b}[32mOK\u{1b}[0m\n" } else { "OK\n" };
        output::print_text(ok)?;
    }
    Ok(if unreadable > 0 || arguments.exit_code && failed > 0 {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    })
}

/// The first lines of an object.
fn head(value: &Value) -> Result<String, Error> {
    let text = serde_saphyr::to_string(value).map_err(|error| Error::Format(error.to_string()))?;
    let lines: Vec<&str> = text.lines().take(SHOWN_LINES).collect();
    Ok(lines.join("\n") + "\n...")
}

/// The kind with its group, and the name.
fn subject(value: &Value) -> String {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let kind = text(&value["kind"]);
    let api_version = text(&value["apiVersion"]);
    let kind = match api_version.split_once('/') {
        Some((group, _)) => format!("{kind}.{group}"),
        None => kind,
    };
    format!("{kind} {:?}", text(&value["metadata"]["name"]))
}

fn explained(subject: &str, error: &DocumentError) -> String {
    let reasons: Vec<String> = match error {
        DocumentError::Invalid { violations } => violations.iter().map(ToString::to_string).collect(),
        other => vec![chain(other)],
    };
    match reasons.as_slice() {
        [only] => format!("{subject} is invalid: {only}"),
        several => format!("{subject} is invalid: [{}]", several.join(", ")),
    }
}

/// An error with its causes.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}

/// Fields that the schema does not know are dropped by an API server, so they are no errors, but hardly ever intended.
fn warn_of_unknown_fields(number: usize, value: &Value) {
    let Some(validator) = eg_api::validate::validator_for(value) else { return };
    for violation in validator.unknown_fields(value) {
        output::complain(&format!("egctl: document {number}: {violation}"));
    }
}
