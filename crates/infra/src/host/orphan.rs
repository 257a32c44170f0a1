//! Envoys that an earlier control plane left running.

use super::{
    admin::Admin,
    drain::{Drain, drain},
    process::{BOOTSTRAP, kill, terminate},
};
use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    time::Duration,
};
use tokio::time::{Instant, sleep};
use tracing::{info, warn};

/// An Envoy that is not our child and runs on a bootstrap in our runtime directory.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Orphan {
    pid: u32,
    admin: u16,
    bootstrap: PathBuf,
}

/// Finds the Envoys whose bootstrap lies in `<fleets>/<fleet>/<admin port>/`, by fleet directory.
///
/// The process table itself is the record, so nothing can be out of date: a process counts only while its command line
/// names such a file.
pub(super) fn find(fleets: &Path) -> BTreeMap<String, Vec<Orphan>> {
    let mut found: BTreeMap<String, Vec<Orphan>> = BTreeMap::new();
    let processes = fs::read_dir("/proc").into_iter().flatten().filter_map(Result::ok);
    let pids = processes.filter_map(|entry| entry.file_name().to_str().and_then(|name| name.parse().ok()));
    for pid in pids {
        for argument in command_line(pid) {
            let Some((fleet, admin)) = locate(fleets, &argument) else { continue };
            found.entry(fleet).or_default().push(Orphan { pid, admin, bootstrap: argument });
            break;
        }
    }
    found
}

/// Takes the fleet and the administration port from the path of a bootstrap.
fn locate(fleets: &Path, bootstrap: &Path) -> Option<(String, u16)> {
    let mut parts = bootstrap.strip_prefix(fleets).ok()?.iter().map(|part| part.to_str());
    let (fleet, admin, file) = (parts.next()??, parts.next()??, parts.next()??);
    (file == BOOTSTRAP && parts.next().is_none()).then(|| Some((fleet.to_owned(), admin.parse().ok()?)))?
}

/// The arguments of a process; none when it is gone or a zombie.
fn command_line(pid: u32) -> Vec<PathBuf> {
    use std::os::unix::ffi::OsStrExt;
    let raw = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
    raw.split(|byte| *byte == 0)
        .map(|argument| PathBuf::from(std::ffi::OsStr::from_bytes(argument)))
        .collect()
}

impl Orphan {
    fn is_running(&self) -> bool {
        command_line(self.pid).contains(&self.bootstrap)
    }

    /// Lets its clients finish, then ends it.
    pub(super) async fn stop(self, fleet: &str, how: &Drain, grace: Duration) {
        info!(fleet, pid = self.pid, "ending a proxy that an earlier control plane left running");
        let directory = self.bootstrap.parent().unwrap_or(Path::new("/"));
        drain(Admin::locate(directory, self.admin), how).await;
        if self.is_running() {
            terminate(self.pid);
        }
        if !self.gone_within(grace).await {
            warn!(fleet, pid = self.pid, "proxy ignores SIGTERM; it is killed");
            kill(self.pid);
            self.gone_within(grace).await;
        }
        if let Some(directory) = self.bootstrap.parent() {
            // What remains is removed at the next start of the control plane.
            let _ = fs::remove_dir_all(directory);
        }
    }

    async fn gone_within(&self, limit: Duration) -> bool {
        let deadline = Instant::now() + limit;
        while self.is_running() {
            if Instant::now() >= deadline {
                return false;
            }
            sleep(Duration::from_millis(20)).await;
        }
        true
    }
}

/// Removes the directories of processes that run no more.
pub(super) fn tidy(fleets: &Path, running: &BTreeMap<String, Vec<Orphan>>) {
    for fleet in fs::read_dir(fleets).into_iter().flatten().filter_map(Result::ok) {
        let running = running.get(&*fleet.file_name().to_string_lossy());
        for process in fs::read_dir(fleet.path()).into_iter().flatten().filter_map(Result::ok) {
            let bootstrap = process.path().join(BOOTSTRAP);
            if !running.is_some_and(|orphans| orphans.iter().any(|orphan| orphan.bootstrap == bootstrap)) {
                // A directory that cannot be removed does no harm.
                let _ = fs::remove_dir_all(process.path());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_bootstraps_in_our_place_count() {
        let fleets = Path::new("/run/eg/fleets");
        let locate = |path: &str| locate(fleets, Path::new(path));
        assert_eq!(locate("/run/eg/fleets/ns_gw/4711/bootstrap.yaml"), Some(("ns_gw".to_owned(), 4711)));
        for other in [
            "/run/eg/fleets/ns_gw/4711/other.yaml",
            "/run/eg/fleets/ns_gw/bootstrap.yaml",
            "/run/eg/fleets/ns_gw/70000/bootstrap.yaml",
            "/run/eg/fleets/ns_gw/4711/bootstrap.yaml/x",
            "/run/other/fleets/ns_gw/4711/bootstrap.yaml",
            "-c",
        ] {
            assert_eq!(locate(other), None, "{other}");
        }
    }
}
