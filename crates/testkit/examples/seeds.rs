//! Writes a first corpus for the fuzz target `yaml_to_xds`: the examples of this project, the inputs of its cases, and
//! generated objects.
//!
//! `cargo run -p eg-testkit --features fuzz --example seeds -- DIRECTORY`

use std::{
    error::Error,
    fs,
    path::{Path, PathBuf},
};

use eg_testkit::{arb, fuzz::THEN};
use proptest::{strategy::Strategy, strategy::ValueTree, test_runner::TestRunner};

/// How many texts are generated.
const GENERATED: usize = 64;

fn main() -> Result<(), Box<dyn Error>> {
    let target = std::env::args().nth(1).map(PathBuf::from).ok_or("usage: seeds DIRECTORY")?;
    fs::create_dir_all(&target)?;
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut texts = Vec::new();
    for folder in ["examples", "crates/gatewayapi-translator/cases", "crates/runtime/cases"] {
        collect(&root.join(folder), &mut texts)?;
    }
    let mut runner = TestRunner::deterministic();
    let strategy = (arb::world(12), arb::world(12));
    for _ in 0..GENERATED {
        let (first, second) = strategy.new_tree(&mut runner).map_err(|reason| reason.to_string())?.current();
        texts.push(format!("{}\n{THEN}{}", first.to_yaml(), second.to_yaml()));
    }
    for (number, text) in texts.iter().enumerate() {
        fs::write(target.join(format!("seed-{number:04}.yaml")), text)?;
    }
    Ok(())
}

/// The YAML files below a folder; one that does not exist has none.
fn collect(folder: &Path, texts: &mut Vec<String>) -> Result<(), Box<dyn Error>> {
    let Ok(entries) = fs::read_dir(folder) else { return Ok(()) };
    let mut paths: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    paths.sort();
    for path in paths {
        if path.is_dir() {
            collect(&path, texts)?;
        } else if path.extension().is_some_and(|extension| extension == "yaml") {
            texts.push(fs::read_to_string(&path)?);
        }
    }
    Ok(())
}
