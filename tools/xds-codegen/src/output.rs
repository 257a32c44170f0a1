//! Writing the generated files, or finding out whether they are stale.

use std::collections::BTreeSet;
use std::path::Path;

use crate::Result;
use crate::emit::Files;

/// Replaces the content of `dir` by `files`; unchanged files keep their time stamp so that builds stay short.
pub(crate) fn write(dir: &Path, files: &Files) -> Result<()> {
    std::fs::create_dir_all(dir)?;
    for name in existing(dir)? {
        if !files.contains_key(&name) {
            std::fs::remove_file(dir.join(name))?;
        }
    }
    for (name, content) in files {
        let path = dir.join(name);
        if std::fs::read(&path).ok().as_ref() != Some(content) {
            std::fs::write(path, content)?;
        }
    }
    Ok(())
}

/// Names every file that differs on standard error; `true` means everything is fresh.
pub(crate) fn compare(dir: &Path, files: &Files) -> Result<bool> {
    let mut names = existing(dir)?;
    names.extend(files.keys().cloned());
    let mut fresh = true;
    for name in names {
        let state = match (std::fs::read(dir.join(&name)).ok(), files.get(&name)) {
            (Some(found), Some(expected)) if &found == expected => continue,
            (Some(_), Some(_)) => "is stale",
            (Some(_), None) => "is not generated any more",
            (None, _) => "is missing",
        };
        eprintln!("xds-codegen: {name} {state}; run `cargo run -p xds-codegen`");
        fresh = false;
    }
    Ok(fresh)
}

fn existing(dir: &Path) -> Result<BTreeSet<String>> {
    let mut names = BTreeSet::new();
    for entry in std::fs::read_dir(dir)? {
        names.insert(entry?.file_name().to_string_lossy().into_owned());
    }
    Ok(names)
}
