//! The three files of one identity.

use super::ReloadError;
use std::{
    fmt, fs,
    path::{Path, PathBuf},
};

/// Paths of a certificate chain, its private key, and the authorities that peers must be signed by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TlsFiles {
    /// Certificate chain in PEM, leaf first.
    pub certificate: PathBuf,
    /// Private key in PEM.
    pub key: PathBuf,
    /// Trusted authorities in PEM.
    pub authorities: PathBuf,
}

impl TlsFiles {
    /// `tls.crt`, `tls.key` and `ca.crt` in one directory, as a mounted Kubernetes Secret has them.
    pub fn in_directory(directory: &Path) -> Self {
        Self {
            certificate: directory.join("tls.crt"),
            key: directory.join("tls.key"),
            authorities: directory.join("ca.crt"),
        }
    }

    pub(super) fn read(&self) -> Result<Content, ReloadError> {
        let read = |path: &Path| {
            fs::read(path)
                .map_err(|source| ReloadError::Read { path: path.to_owned(), reason: source.to_string() })
        };
        Ok(Content {
            certificate: read(&self.certificate)?,
            key: read(&self.key)?,
            authorities: read(&self.authorities)?,
        })
    }
}

/// What the three files held at one moment; equality says whether anything changed.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Content {
    pub(super) certificate: Vec<u8>,
    pub(super) key: Vec<u8>,
    pub(super) authorities: Vec<u8>,
}

impl fmt::Debug for Content {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Content(redacted)")
    }
}
