//! Case directories.

use std::{fs, io, path::Path};

use crate::source::{Module, collect};

/// One case.
#[derive(Debug)]
pub(crate) struct Case {
    /// Its directory, from the root of the project.
    pub(crate) directory: String,
    pub(crate) kind: Kind,
    /// The directories above it, below the root of all cases of its kind, with underscores.
    stems: Vec<String>,
    /// What a traffic case says about itself.
    pub(crate) about: Option<String>,
}

/// What a case shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Objects in, IR and statuses out.
    Translation,
    /// IR in, Envoy's resources out.
    Emission,
    /// Requests through a real Envoy.
    Traffic,
}

const ROOTS: [(&str, &str, Kind); 3] = [
    ("crates/gatewayapi-translator/cases", "in.yaml", Kind::Translation),
    ("crates/xds-translator/cases", "in.yaml", Kind::Emission),
    ("crates/runtime/cases", "case.yaml", Kind::Traffic),
];

/// All cases.
pub(crate) fn all(root: &Path) -> io::Result<Vec<Case>> {
    let mut found = Vec::new();
    for (folder, file, kind) in ROOTS {
        let mut files = Vec::new();
        if root.join(folder).is_dir() {
            collect(&root.join(folder), &mut |path| path.ends_with(&format!("/{file}")), &mut files)?;
        }
        for path in files {
            let directory = path.trim_end_matches(file).trim_end_matches('/').to_owned();
            let mut stems: Vec<String> = directory.split('/').map(|part| part.replace('-', "_")).collect();
            let name = stems.pop().unwrap_or_default();
            // `client/timeout-of-requests` is a case of `client_timeout`.
            stems.extend(stems.last().map(|area| format!("{area}_{name}")));
            let about = match kind {
                Kind::Traffic => about(&fs::read_to_string(root.join(folder).join(&path))?),
                Kind::Translation | Kind::Emission => None,
            };
            found.push(Case { directory: format!("{folder}/{directory}"), kind, stems, about });
        }
    }
    Ok(found)
}

/// What a traffic case says about itself on its first lines.
fn about(text: &str) -> Option<String> {
    let said = text.lines().find_map(|line| line.strip_prefix("about: "))?;
    Some(said.trim_matches('"').to_owned())
}

impl Case {
    /// Whether it is a case of this feature.
    pub(crate) fn is_of(&self, stem: &str) -> bool {
        let Some((whole, folders)) = self.stems.split_last() else { return false };
        let begins = whole.strip_prefix(stem).is_some_and(|rest| rest.is_empty() || rest.starts_with('_'));
        folders.iter().any(|folder| folder == stem) || begins
    }

    /// Whether it is in the folder of cases that is named like a module of the same crate.
    pub(crate) fn is_beside(&self, module: &Module) -> bool {
        let Some(folder) = module.case_folder() else { return false };
        let root = format!("crates/{}/cases/{folder}/", module.package);
        self.kind != Kind::Traffic && self.directory.starts_with(&root)
    }

    /// Its last name, in words.
    pub(crate) fn name(&self) -> String {
        self.directory.rsplit('/').next().unwrap_or_default().replace('-', " ")
    }
}
