//! Entry point of `cargo xtask`.

use std::process::ExitCode;
use xtask::{SUBCOMMANDS, command::Workspace};

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let name = arguments.first().map_or("", String::as_str);
    let Some(subcommand) = SUBCOMMANDS.iter().find(|subcommand| subcommand.name == name) else {
        usage();
        return ExitCode::from(if matches!(name, "" | "help" | "-h" | "--help") { 0 } else { 2 });
    };
    let outcome = Workspace::locate().and_then(|workspace| (subcommand.run)(&workspace, &arguments[1..]));
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("xtask {name}: {failure}");
            ExitCode::FAILURE
        }
    }
}

fn usage() {
    eprintln!("cargo xtask COMMAND");
    for Subcommand { name, about, .. } in SUBCOMMANDS {
        eprintln!("  {name:<9} {about}");
    }
}

use xtask::Subcommand;
