//! One running Envoy.

use super::{
    HostError,
    admin::{Admin, Health},
    arguments::Arguments,
    drain::{Drain, drain},
    log::{LastComplaint, forward},
    port::Port,
};
use rustix::process::{Pid, Signal, kill_process};
use std::{
    fmt,
    fs::{self, OpenOptions},
    io::{self, Write},
    os::unix::fs::{DirBuilderExt, OpenOptionsExt},
    path::{Path, PathBuf},
    process::{ExitStatus, Stdio},
    time::Duration,
};
use tokio::{
    process::{Child, Command},
    time::{Instant, sleep, sleep_until, timeout},
};
use tracing::{info, warn};

/// The file name of a bootstrap inside the directory of its process.
pub(super) const BOOTSTRAP: &str = "bootstrap.yaml";

/// Everything that makes one process what it is.
#[derive(Debug)]
pub(super) struct Launch {
    pub(super) fleet: String,
    pub(super) node: String,
    pub(super) binary: PathBuf,
    pub(super) arguments: Arguments,
    pub(super) bootstrap: Vec<u8>,
    pub(super) admin: Port,
    /// Where the bootstrap goes; named after the administration port and removed with the process.
    pub(super) directory: PathBuf,
}

/// Time limits of one process.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pace {
    pub(super) probe_period: Duration,
    pub(super) unresponsive_after: Duration,
    pub(super) termination_grace: Duration,
}

/// A child process; dropping it kills it.
#[derive(Debug)]
pub(super) struct Process {
    pub(super) launch: Launch,
    child: Child,
    pid: u32,
    admin: Admin,
    complaint: LastComplaint,
    pace: Pace,
    next_probe: Instant,
    answered: Instant,
    live_since: Option<Instant>,
}

/// How a process ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Exit {
    status: Option<ExitStatus>,
    complaint: Option<String>,
}

/// News from a process that serves.
#[derive(Debug)]
pub(super) enum News {
    /// A probe said whether it is live.
    Health(bool),
    /// It ended.
    Exited(Exit),
}

impl Process {
    /// Writes the bootstrap and starts Envoy on it.
    pub(super) fn start(launch: Launch, pace: Pace) -> Result<Self, HostError> {
        let bootstrap = launch.directory.join(BOOTSTRAP);
        write_private(&bootstrap, &launch.bootstrap)
            .map_err(|source| HostError::Io { path: bootstrap.clone(), source })?;
        let mut command = Command::new(&launch.binary);
        command
            .args(launch.arguments.command_line(&bootstrap, &launch.node))
            .stdin(Stdio::null())
            .stderr(Stdio::piped())
            // A group of its own, so that an interrupt from the terminal reaches the control plane only, which drains.
            .process_group(0)
            .kill_on_drop(true);
        let started = command.spawn();
        let mut child = started.map_err(|source| HostError::Io { path: launch.binary.clone(), source })?;
        let complaint = LastComplaint::default();
        if let Some(stderr) = child.stderr.take() {
            // The task ends when Envoy closes its end.
            drop(forward(stderr, launch.fleet.clone(), complaint.clone()));
        }
        let (pid, now) = (child.id().unwrap_or_default(), Instant::now());
        let admin = Admin::locate(&launch.directory, launch.admin.number());
        info!(fleet = launch.fleet, node = launch.node, pid, admin = launch.admin.number(), "proxy started");
        Ok(Self {
            launch,
            child,
            pid,
            admin,
            complaint,
            pace,
            next_probe: now,
            answered: now,
            live_since: None,
        })
    }

    /// Waits until Envoy has its configuration and serves; cancel safe.
    pub(super) async fn live(&mut self) -> Result<(), Exit> {
        let mut pause = Duration::from_millis(10);
        let Self { launch, child, complaint, .. } = self;
        let live = async {
            loop {
                let admin = Admin::locate(&launch.directory, launch.admin.number());
                if admin.health().await == Health::Live {
                    return admin;
                }
                sleep(pause).await;
                pause = (pause * 2).min(Duration::from_millis(250));
            }
        };
        self.admin = tokio::select! {
            status = child.wait() => return Err(exit(&status, complaint)),
            admin = live => admin,
        };
        let now = Instant::now();
        (self.live_since, self.answered, self.next_probe) = (Some(now), now, now + self.pace.probe_period);
        Ok(())
    }

    /// Waits for the next news of a process that serves; cancel safe.
    pub(super) async fn news(&mut self) -> News {
        loop {
            let (admin, next_probe) = (self.admin, self.next_probe);
            let probe = async {
                sleep_until(next_probe).await;
                admin.health().await
            };
            let health = tokio::select! {
                status = self.child.wait() => return News::Exited(exit(&status, &self.complaint)),
                health = probe => health,
            };
            let now = Instant::now();
            self.next_probe = now + self.pace.probe_period;
            if health != Health::Silent {
                self.answered = now;
            } else if now.duration_since(self.answered) >= self.pace.unresponsive_after {
                warn!(
                    fleet = self.launch.fleet,
                    pid = self.pid,
                    "proxy does not answer any more; it is killed"
                );
                self.answered = now;
                if let Err(error) = self.child.start_kill() {
                    warn!(fleet = self.launch.fleet, pid = self.pid, %error, "cannot kill the proxy");
                }
                continue;
            }
            return News::Health(health == Health::Live);
        }
    }

    /// How long this process has served.
    pub(super) fn served(&self) -> Duration {
        self.live_since.map(|since| since.elapsed()).unwrap_or_default()
    }

    /// Lets clients finish, then ends the process.
    pub(super) async fn stop(mut self, how: &Drain) {
        if self.live_since.is_some() {
            tokio::select! {
                _ = self.child.wait() => {}
                () = drain(self.admin, how) => {}
            }
        }
        self.end().await;
    }

    /// Ends the process without regard for clients.
    pub(super) async fn end(mut self) {
        // The process is ours and not yet waited for, so its number cannot belong to another.
        if self.child.id().is_some() {
            terminate(self.pid);
        }
        if timeout(self.pace.termination_grace, self.child.wait()).await.is_err() {
            warn!(fleet = self.launch.fleet, pid = self.pid, "proxy ignores SIGTERM; it is killed");
            if let Err(error) = self.child.kill().await {
                warn!(fleet = self.launch.fleet, pid = self.pid, %error, "cannot kill the proxy");
            }
        }
        info!(fleet = self.launch.fleet, pid = self.pid, "proxy ended");
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // What remains is removed at the next start of the control plane.
        let _ = fs::remove_dir_all(&self.launch.directory);
    }
}

impl Exit {
    /// Whether the process ended because another one holds an address that it wanted.
    pub(super) fn lacked_address(&self) -> bool {
        self.complaint.as_ref().is_some_and(|complaint| complaint.contains("Address already in use"))
    }
}

impl fmt::Display for Exit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.status {
            Some(status) => write!(f, "the proxy ended ({status})")?,
            None => f.write_str("the proxy ended")?,
        }
        match &self.complaint {
            Some(complaint) => write!(f, ": {complaint}"),
            None => Ok(()),
        }
    }
}

fn exit(status: &io::Result<ExitStatus>, complaint: &LastComplaint) -> Exit {
    Exit { status: status.as_ref().ok().copied(), complaint: complaint.get() }
}

/// Sends SIGTERM; a process that is gone already is fine.
pub(super) fn terminate(pid: u32) {
    signal(pid, Signal::TERM);
}

/// Sends SIGKILL; a process that is gone already is fine.
pub(super) fn kill(pid: u32) {
    signal(pid, Signal::KILL);
}

fn signal(pid: u32, signal: Signal) {
    let Some(target) = i32::try_from(pid).ok().and_then(Pid::from_raw) else { return };
    match kill_process(target, signal) {
        Ok(()) | Err(rustix::io::Errno::SRCH) => {}
        Err(error) => warn!(pid, %error, "cannot send a signal to the proxy"),
    }
}

/// Writes a file that only this user can read: a bootstrap may hold headers with credentials.
fn write_private(path: &Path, content: &[u8]) -> io::Result<()> {
    if let Some(parent) = path.parent() {
        fs::DirBuilder::new().recursive(true).mode(0o700).create(parent)?;
    }
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path)?;
    file.write_all(content)
}
