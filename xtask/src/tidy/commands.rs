//! Commands that the documents tell readers to type must exist.
//!
//! Looked at are fenced code blocks and `inline code` of Markdown files that start with `cargo xtask`, `envoy-gateway` or
//! `egctl`. For the two programs, `--help` is the source of truth.

use super::Finding;
use crate::{
    SUBCOMMANDS,
    command::{Failure, Workspace, output},
};
use std::{
    collections::{BTreeMap, BTreeSet},
    process::Command,
};

/// Programs and the packages that they are built from.
const PROGRAMS: &[(&str, &str)] = &[("envoy-gateway", "eg-envoy-gateway"), ("egctl", "eg-egctl")];

/// A mention of a command: the file with the line number, and the words of the command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mention {
    /// `file:line`.
    pub place: String,
    /// The words, starting with the program.
    pub words: Vec<String>,
}

/// Checks every Markdown file.
pub fn check(workspace: &Workspace, files: &[String]) -> Result<Vec<Finding>, Failure> {
    let mut mentioned = Vec::new();
    for file in files.iter().filter(|file| super::has_extension(file, "md")) {
        mentioned.extend(mentions(file, &std::fs::read_to_string(workspace.path(file))?));
    }
    let mut known: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    known.insert(
        "cargo xtask".to_owned(),
        SUBCOMMANDS.iter().map(|command| command.name.to_owned()).collect(),
    );
    for (program, package) in PROGRAMS {
        if mentioned.iter().any(|mention| mention.words[0] == *program) {
            workspace.run_cargo(&["build", "--quiet", "--package", package])?;
            let binary = workspace.binary("debug", program);
            learn(&mut known, program, &mut || workspace.command(&binary), 3)?;
        }
    }
    Ok(mentioned.iter().filter_map(|mention| verify(mention, &known)).collect())
}

/// Records the sub-commands of a program from its `--help`, and of these in turn.
fn learn(
    known: &mut BTreeMap<String, BTreeSet<String>>,
    path: &str,
    command: &mut dyn FnMut() -> Command,
    depth: usize,
) -> Result<(), Failure> {
    let help = output(command().args(path.split(' ').skip(1)).arg("--help"))?;
    let names = subcommands(&help);
    if names.is_empty() || depth == 0 {
        return Ok(());
    }
    for name in names.iter().filter(|name| *name != "help") {
        learn(known, &format!("{path} {name}"), command, depth - 1)?;
    }
    known.insert(path.to_owned(), names);
    Ok(())
}

/// The names (and shown aliases) in the "Commands:" section of a `--help` text.
pub fn subcommands(help: &str) -> BTreeSet<String> {
    let section = help.lines().skip_while(|line| line.trim() != "Commands:").skip(1);
    let mut names = BTreeSet::new();
    for line in section.take_while(|line| !line.trim().is_empty()) {
        // A command's line is indented by two; its wrapped description by more.
        let Some(entry) = line.strip_prefix("  ").filter(|entry| !entry.starts_with(' ')) else { continue };
        names.extend(entry.split_whitespace().next().map(str::to_owned));
        if let Some((_, aliases)) = entry.split_once("[aliases: ").or_else(|| entry.split_once("[alias: ")) {
            let aliases = aliases.trim_end_matches(']').split(", ");
            names.extend(aliases.map(str::to_owned));
        }
    }
    names
}

/// The commands that one Markdown text mentions.
pub fn mentions(file: &str, text: &str) -> Vec<Mention> {
    let mut found = Vec::new();
    let mut fenced = false;
    for (number, line) in text.lines().enumerate() {
        if line.trim_start().starts_with("```") {
            fenced = !fenced;
            continue;
        }
        let pieces: Vec<&str> = if fenced || line.starts_with("    ") {
            vec![line]
        } else {
            line.split('`').skip(1).step_by(2).collect()
        };
        for piece in pieces {
            let piece = piece.trim().trim_start_matches("$ ");
            let words: Vec<String> = match piece.strip_prefix("cargo xtask ") {
                Some(rest) => {
                    std::iter::once("cargo xtask").chain(rest.split_whitespace()).map(str::to_owned).collect()
                }
                None => piece.split_whitespace().map(str::to_owned).collect(),
            };
            let program = words.first().map_or("", String::as_str);
            if words.len() > 1
                && (program == "cargo xtask" || PROGRAMS.iter().any(|(name, _)| *name == program))
            {
                found.push(Mention { place: format!("{file}:{}", number + 1), words });
            }
        }
    }
    found
}

/// A finding if the mention walks to a sub-command that does not exist.
pub fn verify(mention: &Mention, known: &BTreeMap<String, BTreeSet<String>>) -> Option<Finding> {
    let mut path = mention.words[0].clone();
    for word in &mention.words[1..] {
        let is_word = word.starts_with(|c: char| c.is_ascii_lowercase());
        let names = known.get(&path)?;
        if !is_word {
            return None;
        }
        if !names.contains(word) {
            return Some(Finding::error(&mention.place, format!("`{path}` has no sub-command `{word}`")));
        }
        path = format!("{path} {word}");
    }
    None
}
