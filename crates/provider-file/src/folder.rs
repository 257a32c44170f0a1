//! The files of a source: looks at them when something happened, reads what changed, and says what that means.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs, io,
    path::{Path, PathBuf},
    sync::Arc,
    thread,
};

use eg_resources::{AnyObject, Change, Decoder};

use crate::{
    Problem, Problems,
    index::{FileState, Index},
    parse::parse,
    pending::{Happened, Pending},
    scan::{Listing, Stamp, is_wanted, list},
    watch::Watches,
};

/// How often everything is looked at again because directories appeared meanwhile.
const ATTEMPTS: usize = 4;
/// Files that make it worth while to read with several threads.
const MANY: usize = 64;

/// What is known of a file that was read.
#[derive(Clone, Copy, Debug)]
struct Seen {
    stamp: Stamp,
    /// The hash of its content; `None` when it could not be read.
    hash: Option<blake3::Hash>,
}

/// What a read led to.
enum Read {
    Same,
    New(Option<blake3::Hash>, FileState),
}

/// The files of a source.
#[derive(Debug)]
pub(crate) struct Folder {
    roots: Vec<PathBuf>,
    decoder: Decoder,
    problems: Problems,
    watches: Watches,
    seen: BTreeMap<Arc<Path>, Seen>,
    directories: BTreeSet<PathBuf>,
    targets: BTreeMap<PathBuf, BTreeSet<Arc<Path>>>,
    failures: Vec<Problem>,
    index: Index,
}

impl Folder {
    /// A source of these files and directories, not looked at yet.
    pub(crate) fn new(
        roots: &[PathBuf],
        decoder: Decoder,
        problems: Problems,
        pending: Arc<Pending>,
    ) -> io::Result<Self> {
        let roots = roots.iter().map(std::path::absolute).collect::<io::Result<_>>()?;
        Ok(Self {
            roots,
            decoder,
            problems,
            watches: Watches::new(pending),
            seen: BTreeMap::new(),
            directories: BTreeSet::new(),
            targets: BTreeMap::new(),
            failures: Vec::new(),
            index: Index::default(),
        })
    }

    /// Whether changes are noticed when they happen, and not only by periodic looks.
    pub(crate) fn is_watched(&self) -> bool {
        self.watches.are_complete()
    }

    /// Looks at everything for the first time.
    pub(crate) fn load(&mut self) -> Vec<AnyObject> {
        self.look(&BTreeSet::new());
        self.index.objects()
    }

    /// Looks at what happened; returns the objects that changed by it.
    pub(crate) fn update(&mut self, happened: &Happened) -> Vec<Change> {
        let mut touched: BTreeSet<Arc<Path>> = BTreeSet::new();
        let mut everything = happened.lost;
        for path in happened.paths.keys() {
            if let Some(aliases) = self.targets.get(path) {
                touched.extend(aliases.iter().cloned());
            } else if self.is_file_of_ours(path) {
                touched.insert(path.as_path().into());
            } else if self.changes_directories(path) {
                self.watches.forget(path);
                everything = true;
            }
        }
        if everything { self.look(&touched) } else { self.read(touched) }
    }

    fn is_file_of_ours(&self, path: &Path) -> bool {
        let is_listed = || {
            let inside = path.parent().is_some_and(|parent| self.directories.contains(parent));
            inside && is_wanted(path) && !self.directories.contains(path)
        };
        // Links and directories bring more with them than one file.
        (self.seen.contains_key(path) || is_listed())
            && !fs::symlink_metadata(path).is_ok_and(|found| !found.is_file())
    }

    /// Whether what happened at a path may put other files or directories in the place of those that are known.
    fn changes_directories(&self, path: &Path) -> bool {
        if self.directories.contains(path)
            || self.seen.contains_key(path)
            || self.roots.iter().any(|root| root.starts_with(path))
        {
            return true;
        }
        let inside = self.roots.iter().any(|root| path.starts_with(root));
        inside && fs::symlink_metadata(path).is_ok_and(|found| !found.is_file())
    }

    /// Looks at everything, and reads what looks different or is in `touched`.
    fn look(&mut self, touched: &BTreeSet<Arc<Path>>) -> Vec<Change> {
        let mut listing = Listing::default();
        for _ in 0..ATTEMPTS {
            let ways: Vec<PathBuf> = self.roots.iter().flat_map(|root| ways_to(root)).collect();
            let watches = &mut self.watches;
            for way in &ways {
                watches.add(way);
            }
            listing = list(&self.roots, &mut |directory| {
                watches.add(directory);
            });
            // Behind links, too, files change; a new watch there may have come too late.
            let behind = listing.targets.keys().filter_map(|target| target.parent());
            let behind: BTreeSet<PathBuf> = behind.map(Path::to_owned).collect();
            let late = behind.iter().filter(|directory| watches.add(directory)).count() > 0;
            let wanted = listing.directories.iter().cloned().chain(ways).chain(behind).collect();
            watches.retain(&wanted);
            if !late {
                break;
            }
        }
        let Listing { files, directories, targets, failures } = listing;
        self.failures = failures.into_iter().map(|(path, error)| failure(path, &error)).collect();
        self.directories = directories;
        self.targets = targets;
        // A directory that cannot be read now keeps the files that it had.
        let unknown: Vec<&Path> = self.failures.iter().map(|problem| &*problem.path).collect();
        let is_unknown =
            |path: &Path| unknown.iter().any(|unknown| path.starts_with(unknown) && unknown.exists());
        let gone = self.seen.keys().filter(|path| !files.contains_key(*path) && !is_unknown(path));
        let mut different: BTreeSet<Arc<Path>> = gone.cloned().collect();
        for (path, stamp) in files {
            if self.seen.get(&path).is_none_or(|seen| seen.stamp != stamp) || touched.contains(&path) {
                different.insert(path);
            }
        }
        self.read(different)
    }

    /// Reads files, if they are still there, and takes note of what they hold.
    fn read(&mut self, paths: BTreeSet<Arc<Path>>) -> Vec<Change> {
        let paths: Vec<Arc<Path>> = paths.into_iter().collect();
        let threads =
            if paths.len() < MANY { 1 } else { thread::available_parallelism().map_or(1, usize::from) };
        let share = paths.len().div_ceil(threads).max(1);
        let (seen, decoder) = (&self.seen, &self.decoder);
        let read_all = |paths: &[Arc<Path>]| -> Vec<(Arc<Path>, Option<Stamp>, Read)> {
            paths.iter().map(|path| read_one(path, seen.get(path), decoder)).collect()
        };
        let results: Vec<_> = if threads == 1 {
            read_all(&paths)
        } else {
            thread::scope(|scope| {
                let workers: Vec<_> =
                    paths.chunks(share).map(|share| scope.spawn(move || read_all(share))).collect();
                workers.into_iter().flat_map(|worker| worker.join().unwrap_or_default()).collect()
            })
        };
        let mut states = Vec::new();
        for (path, stamp, read) in results {
            let hash = match read {
                Read::Same => self.seen.get(&path).and_then(|seen| seen.hash),
                Read::New(hash, state) => {
                    states.push((Arc::clone(&path), state));
                    hash
                }
            };
            match stamp {
                Some(stamp) => self.seen.insert(path, Seen { stamp, hash }),
                None => self.seen.remove(&path),
            };
        }
        let changes = self.index.update(states);
        let mut problems = self.index.problems();
        problems.extend(self.failures.iter().cloned());
        self.problems.replace(problems);
        changes
    }
}

/// Reads one file. The stamp is taken before the content, so that a change in between shows at the next look.
fn read_one(path: &Arc<Path>, seen: Option<&Seen>, decoder: &Decoder) -> (Arc<Path>, Option<Stamp>, Read) {
    let stamp = fs::metadata(path).map(|metadata| Stamp::of(&metadata));
    let content = stamp.and_then(|stamp| Ok((stamp, fs::read(path)?)));
    match content {
        Ok((stamp, bytes)) => {
            let hash = blake3::hash(&bytes);
            let read = if seen.is_some_and(|seen| seen.hash == Some(hash)) {
                Read::Same
            } else {
                // A panic of a parser is a bug, and must not cost more than the file that provoked it.
                let parsed = std::panic::catch_unwind(|| parse(path, &bytes, decoder));
                Read::New(Some(hash), parsed.map_or_else(|_| broken(), FileState::Parsed))
            };
            (Arc::clone(path), Some(stamp), read)
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            (Arc::clone(path), None, Read::New(None, FileState::Gone))
        }
        Err(error) => {
            let stamp =
                fs::metadata(path).ok().map(|metadata| Stamp::of(&metadata)).or(seen.map(|seen| seen.stamp));
            (Arc::clone(path), stamp, Read::New(None, FileState::Unreadable(error.to_string())))
        }
    }
}

fn broken() -> FileState {
    FileState::Unreadable("reading it failed in an unexpected way".to_owned())
}

fn failure(path: PathBuf, error: &io::Error) -> Problem {
    let message = format!("cannot be looked at: {error}");
    Problem { path: path.into(), document: None, line: None, object: None, message }
}

/// The directories in which something may happen that puts another thing in the place of a root: the one that it is in,
/// or the nearest that exists, and those of links on the way.
fn ways_to(root: &Path) -> BTreeSet<PathBuf> {
    let mut ways = BTreeSet::new();
    ways.extend(root.ancestors().skip(1).find(|above| above.is_dir()).map(Path::to_owned));
    for step in root.ancestors() {
        if step.is_symlink() {
            ways.extend(step.parent().map(Path::to_owned));
        }
    }
    ways
}
