//! Atomic replacement of files with chosen access.

use crate::Error;
use std::{
    fs::{self, File},
    io::{self, Write},
    path::Path,
};

/// Who may read a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Access {
    /// Its owner only (mode 0600).
    Private,
    /// Everybody (mode 0644).
    Public,
}

/// Writes a file beside `path` and renames it there, so that readers see the old or the new content and never a part.
pub(super) fn replace(path: &Path, content: &[u8], access: Access) -> Result<(), Error> {
    let failed = |source| Error::Io { action: "write", path: path.to_owned(), source };
    let directory = path.parent().unwrap_or(Path::new("."));
    // Temporary files are made with mode 0600; access is widened before the name becomes visible.
    let mut file = tempfile::Builder::new().prefix(".new-").tempfile_in(directory).map_err(failed)?;
    file.write_all(content).map_err(failed)?;
    #[cfg(unix)]
    if access == Access::Public {
        use std::os::unix::fs::PermissionsExt;
        file.as_file().set_permissions(fs::Permissions::from_mode(0o644)).map_err(failed)?;
    }
    #[cfg(not(unix))]
    let _ = access;
    file.as_file().sync_all().map_err(failed)?;
    file.persist(path).map_err(|error| failed(error.error))?;
    Ok(())
}

/// Creates a directory and its parents for the owner only; existing ones keep their mode.
pub(super) fn create_directory(path: &Path) -> Result<(), Error> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt;
        builder.mode(0o700);
    }
    builder.create(path).map_err(|source| Error::Io { action: "create", path: path.to_owned(), source })
}

/// Takes the exclusive lock of a file, waiting for other processes; dropping the file releases it.
pub(super) fn lock(path: &Path) -> Result<File, Error> {
    let failed = |source| Error::Io { action: "lock", path: path.to_owned(), source };
    let file = File::create(path).map_err(failed)?;
    file.lock().map_err(failed)?;
    Ok(file)
}

/// The content of a file, or `None` when there is none.
pub(super) fn read_optional(path: &Path) -> Result<Option<Vec<u8>>, Error> {
    match fs::read(path) {
        Ok(content) => Ok(Some(content)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(Error::Io { action: "read", path: path.to_owned(), source }),
    }
}
