//! Writes `docs/features/`, `docs/diagnostics.md` and `docs/gateway-api-support.md`, or compares them with `--check`.

use std::{collections::BTreeSet, error::Error, fs, path::Path};

fn main() -> Result<(), Box<dyn Error>> {
    let check = std::env::args().skip(1).any(|argument| argument == "--check");
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let reference = docs_codegen::reference(&root, &docs_codegen::registered())?;
    for problem in &reference.problems {
        eprintln!("{problem}");
    }
    let mut stale = Vec::new();
    for (path, text) in &reference.pages {
        let file = root.join(path);
        if fs::read_to_string(&file).ok().as_ref() == Some(text) {
            continue;
        }
        stale.push(path.clone());
        if !check {
            file.parent().map_or(Ok(()), fs::create_dir_all)?;
            fs::write(&file, text)?;
        }
    }
    // Pages of features that are gone.
    let wanted: BTreeSet<_> = reference.pages.keys().map(|path| root.join(path)).collect();
    for entry in fs::read_dir(root.join(docs_codegen::FEATURES))? {
        let file = entry?.path();
        if !wanted.contains(&file) {
            stale.push(file.display().to_string());
            if !check {
                fs::remove_file(&file)?;
            }
        }
    }
    if !reference.problems.is_empty() {
        return Err(format!("{} problems", reference.problems.len()).into());
    }
    if check && !stale.is_empty() {
        return Err(format!("stale: {}", stale.join(", ")).into());
    }
    Ok(())
}
