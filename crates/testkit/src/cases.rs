//! Case directories: an input file, and snapshots of everything that comes out of it beside it.
//!
//! A test target with `harness = false` hands a function to `datatest_stable::harness!`; the function computes and calls
//! [`Case::snapshot`] for each output. Every case is its own named test, `cargo insta review` shows what changed, and an
//! output that is empty has no file.

use std::path::{Path, PathBuf};

/// One case directory.
#[derive(Clone, Debug)]
pub struct Case {
    input: PathBuf,
}

impl Case {
    /// The case of an input file such as `cases/route/basic/in.yaml`.
    pub fn new(input: &Path) -> Self {
        Self { input: input.to_owned() }
    }

    /// The directory that holds the case.
    pub fn directory(&self) -> &Path {
        self.input.parent().unwrap_or(Path::new("."))
    }

    /// The text of the input file.
    pub fn input(&self) -> std::io::Result<String> {
        std::fs::read_to_string(&self.input)
    }

    /// The text of another file of the case, `None` if the case has no such file.
    pub fn optional(&self, name: &str) -> std::io::Result<Option<String>> {
        match std::fs::read_to_string(self.directory().join(name)) {
            Ok(text) => Ok(Some(text)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The later inputs `steps/01.yaml`, `steps/02.yaml` …, as (name without ending, text), in order.
    pub fn steps(&self) -> std::io::Result<Vec<(String, String)>> {
        let directory = self.directory().join("steps");
        if !directory.is_dir() {
            return Ok(Vec::new());
        }
        let mut files = std::fs::read_dir(directory)?
            .map(|entry| entry.map(|entry| entry.path()))
            .collect::<std::io::Result<Vec<_>>>()?;
        files.retain(|path| path.extension().is_some_and(|extension| extension == "yaml"));
        files.sort();
        let named = |path: PathBuf| {
            let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            std::fs::read_to_string(path).map(|text| (name, text))
        };
        files.into_iter().map(named).collect()
    }

    /// Compares `text` with the file `<name>.snap` of the case.
    ///
    /// An empty text must have no file, so that a case directory shows only what is there. Set `INSTA_UPDATE` as usual to
    /// write what changed.
    ///
    /// # Panics
    ///
    /// If the text differs from the file; this is how a snapshot test fails.
    pub fn snapshot(&self, name: &str, text: &str) {
        if text.trim().is_empty() {
            let file = self.directory().join(format!("{name}.snap"));
            assert!(!file.exists(), "{} is left over: this output is empty now", file.display());
            return;
        }
        let mut settings = insta::Settings::clone_current();
        let directory = std::path::absolute(self.directory()).unwrap_or_else(|_| self.directory().to_owned());
        settings.set_snapshot_path(directory);
        settings.set_prepend_module_to_snapshot(false);
        settings.set_omit_expression(true);
        settings.set_input_file(&self.input);
        settings.bind(|| insta::assert_snapshot!(name, text));
    }

    /// Compares a value, written as YAML with sorted keys, with the file `<name>.snap` of the case.
    ///
    /// # Panics
    ///
    /// As [`Case::snapshot`] does.
    pub fn snapshot_yaml<T: serde::Serialize>(&self, name: &str, value: &T) {
        let mut settings = insta::Settings::clone_current();
        let directory = std::path::absolute(self.directory()).unwrap_or_else(|_| self.directory().to_owned());
        settings.set_snapshot_path(directory);
        settings.set_prepend_module_to_snapshot(false);
        settings.set_omit_expression(true);
        settings.set_sort_maps(true);
        settings.set_input_file(&self.input);
        settings.bind(|| insta::assert_yaml_snapshot!(name, value));
    }
}
