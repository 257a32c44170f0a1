#![doc = include_str!("../README.md")]

mod emit;
mod output;
mod proto;
mod source;

use std::error::Error;
use std::process::ExitCode;

/// A failure of the tool; only its text matters, because only a developer reads it.
type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// The package that extension servers speak.
const EXTENSION: &str = "envoygateway.extension";

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

/// Generates the types of `crates/xds-api` and those of `crates/extension` beside them, then writes them or compares them
/// with what is checked in; `false` means stale.
fn run(check: bool) -> Result<bool> {
    let layout = source::Layout::locate()?;
    let set = proto::compile(&layout.proto_roots)?;
    let wanted = layout.packages()?;
    let files = emit::render(&set, &wanted)?;
    let mut roots = vec![layout.extension_root.clone()];
    let own = proto::names(&roots)?;
    roots.extend(layout.proto_roots);
    let extension = emit::render_beside(&proto::compile_some(&roots, own)?, EXTENSION)?;
    eprintln!("xds-codegen: {} protos, {} files", set.descriptors.file.len(), files.len() + extension.len());
    let outputs = [(layout.out, files), (layout.extension_out, extension)];
    let mut fresh = true;
    for (folder, files) in &outputs {
        if check {
            fresh &= output::compare(folder, files)?;
        } else {
            output::write(folder, files)?;
        }
    }
    Ok(fresh)
}
