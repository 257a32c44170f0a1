//! Watches on directories.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
    sync::Arc,
};

use notify::{RecommendedWatcher, RecursiveMode, Watcher};

use crate::pending::Pending;

/// The directories that are watched.
#[derive(Debug, Default)]
pub(crate) struct Watches {
    watcher: Option<RecommendedWatcher>,
    watched: BTreeSet<PathBuf>,
    /// Directories that cannot be watched, so that each is reported once.
    refused: BTreeSet<PathBuf>,
}

impl Watches {
    /// No watches yet; what they see goes to `pending`. Without a watcher of the operating system nothing is seen.
    pub(crate) fn new(pending: Arc<Pending>) -> Self {
        let watcher = notify::recommended_watcher(move |event| pending.add(event));
        let watcher = watcher.inspect_err(|error| {
            tracing::warn!(%error, "changes of files are noticed late: the system cannot watch them");
        });
        Self { watcher: watcher.ok(), ..Self::default() }
    }

    /// Whether everything that should be watched is.
    pub(crate) fn are_complete(&self) -> bool {
        self.watcher.is_some() && self.refused.is_empty()
    }

    /// Watches a directory; whether it was not watched before.
    pub(crate) fn add(&mut self, directory: &Path) -> bool {
        let Some(watcher) = &mut self.watcher else { return false };
        if self.watched.contains(directory) {
            return false;
        }
        match watcher.watch(directory, RecursiveMode::NonRecursive) {
            Ok(()) => {
                self.refused.remove(directory);
                self.watched.insert(directory.to_owned())
            }
            Err(error) => {
                let gone = matches!(error.kind, notify::ErrorKind::PathNotFound) || !directory.exists();
                if !gone && self.refused.insert(directory.to_owned()) {
                    let directory = directory.display();
                    tracing::warn!(%error, "changes in {directory} are noticed late: it cannot be watched");
                }
                false
            }
        }
    }

    /// Ends the watches that are not wanted any more.
    pub(crate) fn retain(&mut self, wanted: &BTreeSet<PathBuf>) {
        let unwanted: Vec<PathBuf> = self.watched.difference(wanted).cloned().collect();
        for directory in &unwanted {
            self.end(directory);
        }
        self.refused.retain(|directory| wanted.contains(directory));
    }

    /// Ends the watches at and below a path, because something else may be there now.
    pub(crate) fn forget(&mut self, path: &Path) {
        let below: Vec<PathBuf> =
            self.watched.iter().filter(|watched| watched.starts_with(path)).cloned().collect();
        for directory in &below {
            self.end(directory);
        }
    }

    fn end(&mut self, directory: &Path) {
        self.watched.remove(directory);
        if let Some(watcher) = &mut self.watcher {
            // A directory that is gone took its watch along.
            let _gone = watcher.unwatch(directory);
        }
    }
}
