//! What can go wrong with certificates on disk and in memory.

use std::{io, path::PathBuf};

/// Why a certificate could not be made, read or stored.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A key or certificate could not be generated or signed.
    #[error("cannot make the certificate of {subject}: {reason}")]
    Generate {
        /// The common name that was asked for.
        subject: String,
        /// What the certificate library says.
        reason: String,
    },
    /// Bytes that should be a PEM certificate or key are not.
    #[error("{what} is not usable: {reason}")]
    Parse {
        /// The file or field in question.
        what: String,
        /// What is wrong with it; never holds key material.
        reason: String,
    },
    /// A file could not be read or written.
    #[error("cannot {action} {}: {source}", path.display())]
    Io {
        /// The verb, for example "read".
        action: &'static str,
        /// The file or directory.
        path: PathBuf,
        /// What the operating system says.
        source: io::Error,
    },
    /// Part of a certificate set that somebody else made is missing, so it is neither complete nor ours to replace.
    #[error(
        "the certificates in {} are incomplete ({} missing) and were not made here; add the missing files, or overwrite the set",
        directory.display(),
        missing.join(", ")
    )]
    Incomplete {
        /// The directory that holds the set.
        directory: PathBuf,
        /// The missing parts, by directory name.
        missing: Vec<String>,
    },
    /// The system's source of randomness failed.
    #[error("the system gives no random bytes")]
    Random,
}

impl Error {
    /// Says whether trying again without any change can help; true for failures of files only.
    pub fn is_retryable(&self) -> bool {
        matches!(self, Self::Io { .. })
    }
}
