#![doc = include_str!("../README.md")]

mod emit;
mod output;
mod proto;
mod source;

use std::error::Error;
use std::process::ExitCode;

/// A failure of the tool; only its text matters, because only a developer reads it.
type Result<T> = std::result::Result<T, Box<dyn Error>>;

fn main() -> ExitCode {
    let check = match std::env::args().nth(1).as_deref() {
        None => false,
        Some("--check") => true,
        Some(other) => {
            eprintln!("xds-codegen: unknown argument {other:?}; the only one is --check");
            return ExitCode::from(2);
        }
    };
    match run(check) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("xds-codegen: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Generates everything, then writes it or compares it with what is checked in; `false` means stale.
fn run(check: bool) -> Result<bool> {
    let layout = source::Layout::locate()?;
    let set = proto::compile(&layout.proto_roots)?;
    let wanted = layout.packages()?;
    let files = emit::render(&set, &wanted)?;
    eprintln!("xds-codegen: {} protos, {} files", set.descriptors.file.len(), files.len());
    if check {
        output::compare(&layout.out, &files)
    } else {
        output::write(&layout.out, &files).map(|()| true)
    }
}
