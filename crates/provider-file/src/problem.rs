//! What is wrong with the files, for people who want to know.

use std::{
    fmt,
    path::Path,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use eg_diag::ObjectRef;

/// One thing that keeps a file, or a part of one, from having the effect that its author wants.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    /// The file or directory.
    pub path: Arc<Path>,
    /// The document in the file, counted from 1; `None` when the file as a whole is concerned.
    pub document: Option<usize>,
    /// The line on which the document starts, counted from 1.
    pub line: Option<usize>,
    /// The object that the document describes, if that much could be read.
    pub object: Option<ObjectRef>,
    /// What is wrong, field by field where fields are known.
    pub message: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.path.display())?;
        if let Some(line) = self.line {
            write!(f, ":{line}")?;
        }
        if let Some(document) = self.document {
            write!(f, ": document {document}")?;
        }
        if let Some(object) = &self.object {
            write!(f, " ({object})")?;
        }
        write!(f, ": {}", self.message)
    }
}

/// The present problems of a source; cheap to clone, and every clone shows the same list.
#[derive(Clone, Debug, Default)]
pub struct Problems {
    list: Arc<Mutex<Arc<[Problem]>>>,
}

impl Problems {
    /// An empty list, to be given to a source.
    pub fn new() -> Self {
        Self::default()
    }

    /// The problems as of the last look at the files, in the order of paths and documents.
    pub fn list(&self) -> Arc<[Problem]> {
        Arc::clone(&self.lock())
    }

    /// Replaces the list; what was not in it before is logged, and so is what went away.
    pub(crate) fn replace(&self, mut new: Vec<Problem>) {
        new.sort();
        new.dedup();
        let old = std::mem::replace(&mut *self.lock(), new.clone().into());
        for problem in new.iter().filter(|problem| old.binary_search(problem).is_err()) {
            if let Some(object) = &problem.object {
                tracing::warn!(%object, "{problem}");
            } else {
                tracing::warn!("{problem}");
            }
        }
        for problem in old.iter().filter(|problem| new.binary_search(problem).is_err()) {
            tracing::info!("no longer: {problem}");
        }
    }

    fn lock(&self) -> MutexGuard<'_, Arc<[Problem]>> {
        // The list is replaced in one step, so a panic elsewhere leaves a good one behind.
        self.list.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
