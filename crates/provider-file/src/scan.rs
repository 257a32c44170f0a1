//! Looking at directories: which files are there, and what they look like from outside.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs::{self, Metadata},
    io,
    path::{Path, PathBuf},
    sync::Arc,
    time::SystemTime,
};

/// Directories are followed this deep at most, so that links that lead in circles through each other end.
const DEPTH: usize = 32;

/// What a file looks like from outside; one that looks as before is not read again by a periodic look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Stamp {
    modified: Option<SystemTime>,
    size: u64,
    inode: u64,
}

impl Stamp {
    /// The stamp of a file.
    pub(crate) fn of(metadata: &Metadata) -> Self {
        #[cfg(unix)]
        let inode = std::os::unix::fs::MetadataExt::ino(metadata);
        #[cfg(not(unix))]
        let inode = 0;
        Self { modified: metadata.modified().ok(), size: metadata.len(), inode }
    }
}

/// What is there.
#[derive(Debug, Default)]
pub(crate) struct Listing {
    /// The files, by the path under which they were found.
    pub(crate) files: BTreeMap<Arc<Path>, Stamp>,
    /// The directories under the roots, roots included.
    pub(crate) directories: BTreeSet<PathBuf>,
    /// Files behind links, by what the link means in the end.
    pub(crate) targets: BTreeMap<PathBuf, BTreeSet<Arc<Path>>>,
    /// What could not be looked at, and why.
    pub(crate) failures: Vec<(PathBuf, io::Error)>,
}

/// Lists the roots, which may be files or directories, everything below included. `enter` is called with each directory
/// before it is read, so that a watch set there misses nothing.
///
/// A root that is a file is listed whatever its name. In directories, names that begin with a dot and names that do not
/// end in `.yaml`, `.yml` or `.json` are passed over.
pub(crate) fn list(roots: &[PathBuf], enter: &mut dyn FnMut(&Path)) -> Listing {
    let mut listing = Listing::default();
    for root in roots {
        match fs::metadata(root) {
            Ok(metadata) if metadata.is_dir() => listing.directory(root, DEPTH, enter),
            Ok(metadata) => {
                let is_link = root.canonicalize().is_ok_and(|target| target != *root);
                listing.file(root, &metadata, is_link);
            }
            Err(error) => listing.failures.push((root.clone(), error)),
        }
    }
    listing
}

/// Whether a file of this name in a directory is read.
pub(crate) fn is_wanted(path: &Path) -> bool {
    let extension = path.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
    !is_hidden(path) && ["yaml", "yml", "json"].iter().any(|wanted| extension.eq_ignore_ascii_case(wanted))
}

/// Whether a name begins with a dot.
fn is_hidden(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name.as_encoded_bytes().first() == Some(&b'.'))
}

impl Listing {
    fn directory(&mut self, path: &Path, depth: usize, enter: &mut dyn FnMut(&Path)) {
        if depth == 0 {
            let error = io::Error::other("the directories are too deep, or a link leads in a circle");
            self.failures.push((path.to_owned(), error));
            return;
        }
        // A directory that was reached on another way was listed there.
        if !self.directories.insert(path.to_owned()) {
            return;
        }
        enter(path);
        let entries = match fs::read_dir(path) {
            Ok(entries) => entries,
            Err(error) => return self.failures.push((path.to_owned(), error)),
        };
        for entry in entries {
            let entry = match entry {
                Ok(entry) => entry,
                Err(error) => {
                    self.failures.push((path.to_owned(), error));
                    continue;
                }
            };
            let path = entry.path();
            if is_hidden(&path) {
                continue;
            }
            let file_type = entry.file_type().ok();
            let is_link = file_type.is_none_or(|file_type| file_type.is_symlink());
            // What is neither a directory, nor a link to one, nor wanted needs no look.
            if !is_link && !file_type.is_some_and(|file_type| file_type.is_dir()) && !is_wanted(&path) {
                continue;
            }
            match fs::metadata(&path) {
                Ok(metadata) if metadata.is_dir() => {
                    if !is_link || !leads_up(&path) {
                        self.directory(&path, depth - 1, enter);
                    }
                }
                Ok(metadata) if metadata.is_file() && is_wanted(&path) => {
                    self.file(&path, &metadata, is_link);
                }
                Ok(_) => {}
                // It vanished since the directory was read, or is a link to nothing.
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => self.failures.push((path, error)),
            }
        }
    }

    fn file(&mut self, path: &Path, metadata: &Metadata, is_link: bool) {
        let path: Arc<Path> = path.into();
        if is_link && let Ok(target) = path.canonicalize() {
            self.targets.entry(target).or_default().insert(Arc::clone(&path));
        }
        self.files.insert(path, Stamp::of(metadata));
    }
}

/// Whether a link leads to a directory that it is in itself.
fn leads_up(link: &Path) -> bool {
    let here = link.parent().and_then(|parent| parent.canonicalize().ok());
    let target = link.canonicalize().ok();
    here.zip(target).is_some_and(|(here, target)| here.starts_with(target))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(listing: &Listing, root: &Path) -> Vec<String> {
        let name = |path: &Arc<Path>| path.strip_prefix(root).unwrap().display().to_string();
        listing.files.keys().map(name).collect()
    }

    #[test]
    fn directories_are_followed_and_other_names_are_passed_over() {
        let root = tempfile::tempdir().unwrap();
        fs::create_dir_all(root.path().join("deep/er")).unwrap();
        fs::create_dir(root.path().join(".git")).unwrap();
        for name in ["a.yaml", "b.txt", ".c.yaml", "deep/er/d.JSON", "deep/e.yml", ".git/f.yaml"] {
            fs::write(root.path().join(name), "").unwrap();
        }
        let mut entered = Vec::new();
        let listing = list(&[root.path().to_owned()], &mut |path| entered.push(path.to_owned()));
        assert_eq!(names(&listing, root.path()), ["a.yaml", "deep/e.yml", "deep/er/d.JSON"]);
        assert_eq!(entered.len(), 3);
    }

    #[test]
    fn roots_that_are_files_may_have_any_name_and_missing_ones_are_told() {
        let root = tempfile::tempdir().unwrap();
        let file = root.path().join("objects");
        fs::write(&file, "").unwrap();
        let listing = list(&[file, root.path().join("missing")], &mut |_| {});
        assert_eq!(names(&listing, root.path()), ["objects"]);
        assert_eq!(listing.failures.len(), 1);
    }

    #[cfg(unix)]
    #[test]
    fn links_are_followed_and_circles_end() {
        let root = tempfile::tempdir().unwrap();
        fs::create_dir(root.path().join(".v1")).unwrap();
        fs::write(root.path().join(".v1/a.yaml"), "").unwrap();
        std::os::unix::fs::symlink(".v1/a.yaml", root.path().join("a.yaml")).unwrap();
        std::os::unix::fs::symlink("gone.yaml", root.path().join("dangling.yaml")).unwrap();
        std::os::unix::fs::symlink(".", root.path().join("circle")).unwrap();
        let listing = list(&[root.path().to_owned()], &mut |_| {});
        assert_eq!(names(&listing, root.path()), ["a.yaml"]);
        let target = root.path().join(".v1/a.yaml").canonicalize().unwrap();
        assert!(listing.targets[&target].contains(&*root.path().join("a.yaml")));
    }
}
