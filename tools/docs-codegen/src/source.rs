//! Modules of the project, read as text.

use std::{fs, io, path::Path};

use crate::prose::Docs;

/// The crates whose modules make a feature, in the order in which they see it.
pub(crate) const OF_FEATURES: [&str; 3] = ["gatewayapi-translator", "xds-translator", "ir"];

/// One module.
#[derive(Debug)]
pub(crate) struct Module {
    /// Where it is, from the root of the project.
    pub(crate) path: String,
    /// The folder of its crate.
    pub(crate) package: String,
    /// The name of the file without its extension.
    pub(crate) stem: String,
    pub(crate) docs: Docs,
    /// The code, without its unit tests.
    pub(crate) text: String,
}

impl Module {
    /// Whether the module is inside of another one.
    pub(crate) fn is_in(&self, parent: &Self) -> bool {
        let folder = parent.path.strip_suffix("rs").map(|path| format!("{}/", path.trim_end_matches('.')));
        folder.is_some_and(|folder| self.path.starts_with(&folder))
    }

    /// The name of the feature that it makes: that of the module, unless it gives another one.
    pub(crate) fn feature(&self) -> &str {
        let named = self.text.split_once("FeatureId::new(\"").and_then(|(_, name)| name.split_once('"'));
        named.filter(|_| self.package == "xds-translator").map_or(&self.stem, |(name, _)| name)
    }

    /// Where the cases of the module are, below those of its crate.
    pub(crate) fn case_folder(&self) -> Option<&str> {
        self.path.split_once("/src/").and_then(|(_, inside)| inside.strip_suffix(".rs"))
    }

    /// Whether its documentation says which part of the API it is about.
    pub(crate) fn names_api(&self) -> bool {
        self.docs.api.is_some()
    }
}

/// The modules of all crates and programs, by their paths.
pub(crate) fn modules(root: &Path) -> io::Result<Vec<Module>> {
    let mut found = Vec::new();
    for group in ["crates", "bins"] {
        for package in folders(&root.join(group))? {
            let source = root.join(group).join(&package).join("src");
            let mut files = Vec::new();
            if source.is_dir() {
                collect(
                    &source,
                    &mut |file| Path::new(file).extension().is_some_and(|it| it == "rs"),
                    &mut files,
                )?;
            }
            for file in files {
                let inside = format!("{group}/{package}/src/{file}");
                if inside.ends_with("/tests.rs") || inside.contains("/generated/") {
                    continue;
                }
                let text = fs::read_to_string(root.join(&inside))?;
                let stem = file.rsplit('/').next().unwrap_or_default().trim_end_matches(".rs").to_owned();
                let code = text.split("#[cfg(test)]").next().unwrap_or_default().to_owned();
                found.push(Module {
                    path: inside,
                    package: package.clone(),
                    stem,
                    docs: Docs::of(&text),
                    text: code,
                });
            }
        }
    }
    found.sort_by(|one, other| one.path.cmp(&other.path));
    Ok(found)
}

/// The names of the folders in a folder, in order; none where it does not exist.
pub(crate) fn folders(folder: &Path) -> io::Result<Vec<String>> {
    let mut names = Vec::new();
    if !folder.is_dir() {
        return Ok(names);
    }
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.path().is_dir() {
            names.extend(entry.file_name().into_string().ok());
        }
    }
    names.sort();
    Ok(names)
}

/// The files below a folder that `wanted` says, relative to it, in order.
pub(crate) fn collect(
    folder: &Path,
    wanted: &mut impl FnMut(&str) -> bool,
    files: &mut Vec<String>,
) -> io::Result<()> {
    walk(folder, "", wanted, files)?;
    files.sort();
    Ok(())
}

fn walk(
    folder: &Path,
    inside: &str,
    wanted: &mut impl FnMut(&str) -> bool,
    files: &mut Vec<String>,
) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let Ok(name) = entry.file_name().into_string() else { continue };
        let path = if inside.is_empty() { name } else { format!("{inside}/{name}") };
        if entry.path().is_dir() {
            walk(&entry.path(), &path, wanted, files)?;
        } else if wanted(&path) {
            files.push(path);
        }
    }
    Ok(())
}
