#![doc = include_str!("../README.md")]
#![expect(clippy::print_stdout, reason = "a command-line tool talks to its user")]

pub mod bench;
pub mod codegen;
pub mod command;
pub mod demo;
pub mod envoy;
pub mod lint;
pub mod parity;
pub mod test;
pub mod tidy;

/// A sub-command: its name, what `--help` says, and the function that runs it with the remaining arguments.
pub struct Subcommand {
    /// The word after `cargo xtask`.
    pub name: &'static str,
    /// One line for the overview.
    pub about: &'static str,
    /// The implementation.
    pub run: fn(&command::Workspace, &[String]) -> Result<(), command::Failure>,
}

impl std::fmt::Debug for Subcommand {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Subcommand").field("name", &self.name).finish_non_exhaustive()
    }
}

/// All sub-commands, in the order of the overview.
pub const SUBCOMMANDS: &[Subcommand] = &[
    Subcommand { name: "test", about: "run every test [--fast]", run: test::run },
    Subcommand { name: "lint", about: "rustfmt and clippy, warnings are errors", run: lint::run },
    Subcommand { name: "tidy", about: "arrows, sizes, names, left-overs, staleness", run: tidy::run },
    Subcommand { name: "codegen", about: "write generated files [--check]", run: codegen::run },
    Subcommand { name: "envoy", about: "install Envoy under .tools/", run: envoy::run },
    Subcommand { name: "bench", about: "run the benchmarks", run: bench::run },
    Subcommand { name: "demo", about: "run the quickstart on this machine [--check]", run: demo::run },
    Subcommand { name: "parity", about: "compare with recorded behaviour", run: parity::run },
];
