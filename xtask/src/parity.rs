//! `cargo xtask parity`: how much of the recorded behaviour `egctl` reproduces, and that it does not get less.
//!
//! The corpus is not part of this repository. It is looked for in `$EG_SHARED/parity` and in `../shared/parity`; where it
//! is absent, the command says so loudly and succeeds, so that a plain checkout stays usable.

use crate::command::{Failure, Workspace, run as run_command};
use serde_json::{Map, Value};
use std::{collections::BTreeMap, path::PathBuf};

/// The checked-in floor: area, then column, then the number of passing cases.
pub const FLOOR: &str = "docs/parity-floor.json";

/// Passing cases per area and column.
pub type Score = BTreeMap<String, BTreeMap<String, u64>>;

/// Compares with the floor; `--raise` writes a higher floor instead, and never a lower one.
pub fn run(workspace: &Workspace, arguments: &[String]) -> Result<(), Failure> {
    let Some(parity) = corpus(workspace) else {
        println!("xtask parity: *** parity NOT RUN: no corpus in $EG_SHARED/parity or ../shared/parity ***");
        return Ok(());
    };
    workspace.run_cargo(&["build", "--package", "eg-egctl"])?;
    let report = workspace.target().join("parity.json");
    run_command(
        workspace
            .command("python3")
            .arg(parity)
            .arg("--egctl")
            .arg(workspace.binary("debug", "egctl"))
            .args(["--batch", "-j", "2", "--json"])
            .arg(&report),
    )?;
    let reached = score(&serde_json::from_str(&std::fs::read_to_string(report)?)?);
    let floor_path = workspace.path(FLOOR);
    let floor: Score = match std::fs::read_to_string(&floor_path) {
        Ok(text) => floor_of(&serde_json::from_str(&text)?),
        Err(_) => Score::new(),
    };
    let losses = losses(&floor, &reached);
    if !losses.is_empty() {
        return Err(Failure::new(format!("below {FLOOR}:\n  {}", losses.join("\n  "))));
    }
    if arguments.iter().any(|argument| argument == "--raise") {
        if let Some(directory) = floor_path.parent() {
            std::fs::create_dir_all(directory)?;
        }
        std::fs::write(&floor_path, floor_text(&reached)? + "\n")?;
    }
    let total = |column: &str| reached.values().filter_map(|columns| columns.get(column)).sum::<u64>();
    println!("xtask parity: ok, status {}, xds {}, infra {}", total("status"), total("xds"), total("infra"));
    Ok(())
}

/// The comparator program, if the corpus is at hand.
fn corpus(workspace: &Workspace) -> Option<PathBuf> {
    let named = std::env::var_os("EG_SHARED").map(PathBuf::from);
    [named, Some(workspace.path("../shared"))]
        .into_iter()
        .flatten()
        .map(|shared| shared.join("parity/parity"))
        .find(|program| program.is_file())
}

/// Passing cases out of the comparator's report.
pub fn score(report: &Value) -> Score {
    let passing = |columns: &Map<String, Value>| {
        columns.iter().filter_map(|(name, pair)| Some((name.clone(), pair[0].as_u64()?))).collect()
    };
    let areas = report["areas"].as_object().into_iter().flatten();
    areas.filter_map(|(area, entry)| Some((area.clone(), passing(entry["columns"].as_object()?)))).collect()
}

/// The areas and columns in which fewer cases pass than the floor asks for, each in words.
pub fn losses(floor: &Score, reached: &Score) -> Vec<String> {
    let mut losses = Vec::new();
    for (area, columns) in floor {
        for (column, least) in columns {
            let now = reached.get(area).and_then(|columns| columns.get(column)).copied().unwrap_or(0);
            if now < *least {
                losses.push(format!("{area} {column}: {now}, was {least}"));
            }
        }
    }
    losses
}

fn floor_of(floor: &Value) -> Score {
    let columns = |entry: &Value| {
        let columns = entry.as_object().into_iter().flatten();
        columns.filter_map(|(name, count)| Some((name.clone(), count.as_u64()?))).collect()
    };
    floor.as_object().into_iter().flatten().map(|(area, entry)| (area.clone(), columns(entry))).collect()
}

fn floor_text(score: &Score) -> Result<String, Failure> {
    let reached: BTreeMap<&String, BTreeMap<&String, &u64>> = score
        .iter()
        .map(|(area, columns)| (area, columns.iter().filter(|(_, count)| **count > 0).collect()))
        .collect();
    Ok(serde_json::to_string_pretty(&reached)?)
}
