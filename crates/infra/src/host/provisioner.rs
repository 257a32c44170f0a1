//! The [`Provisioner`] of a host.

use super::{
    HostError, HostOptions,
    arguments::Arguments,
    board::Board,
    drain::Drain,
    fleet::{Fleet, Site, Wish},
    orphan::{self, Orphan},
    port::PortAllocator,
};
use crate::{BootstrapSource, InfraTarget, Observation, Observed, PortPlan, ProvisionError, Provisioner};
use eg_ir::{InfraIr, IrKey};
use futures_util::{FutureExt, future::BoxFuture, stream::BoxStream};
use std::{
    collections::{BTreeMap, BTreeSet},
    fs::{self, File},
    os::unix::fs::{DirBuilderExt, MetadataExt},
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::{sync::watch, task::JoinSet};

/// How long clients of a proxy may take whose Gateway is not known any more.
const UNKNOWN_DRAIN_TIMEOUT: Duration = Duration::from_mins(1);

/// Runs one Envoy per fleet as a child process.
///
/// Needs a tokio runtime with I/O and time. [`Provisioner::shutdown`] ends the proxies in good order; dropping this kills
/// them.
#[derive(Debug)]
pub struct HostProvisioner {
    options: Arc<HostOptions>,
    fleets_directory: PathBuf,
    ports: PortAllocator,
    board: Board,
    state: Mutex<State>,
    // Held as long as this lives: two control planes must not end each other's proxies.
    _lock: File,
}

#[derive(Debug)]
struct State {
    running: BTreeMap<InfraTarget, Running>,
    /// Proxies of an earlier control plane that no fleet has inherited yet, by fleet directory.
    orphans: BTreeMap<String, Vec<Orphan>>,
    tasks: JoinSet<()>,
    closed: bool,
}

#[derive(Debug)]
struct Running {
    site: Arc<Site>,
    wishes: watch::Sender<Option<Wish>>,
}

#[derive(Debug, thiserror::Error)]
enum Refusal {
    #[error("the control plane is shutting down")]
    ShuttingDown,
    #[error("this host runs proxies only, not {0}")]
    Unsupported(InfraTarget),
    #[error("no free port: {0}")]
    NoPort(#[source] std::io::Error),
}

impl HostProvisioner {
    /// Takes possession of the runtime directory and looks for proxies that an earlier control plane left there.
    pub fn new(options: HostOptions) -> Result<Self, HostError> {
        let runtime = possess(&options.paths.runtime_dir)?;
        let lock = lock(&runtime)?;
        let fleets_directory = runtime.join("fleets");
        let orphans = orphan::find(&fleets_directory);
        orphan::tidy(&fleets_directory, &orphans);
        let state = State { running: BTreeMap::new(), orphans, tasks: JoinSet::new(), closed: false };
        Ok(Self {
            options: Arc::new(options),
            fleets_directory,
            ports: PortAllocator::default(),
            board: Board::new(),
            state: Mutex::new(state),
            _lock: lock,
        })
    }

    /// The statistics and ready ports of a fleet that was applied; each of its processes has an administration port of
    /// its own, which is 0 here.
    pub fn ports(&self, key: &IrKey) -> Option<PortPlan> {
        let state = self.state();
        let running = state.running.get(&InfraTarget::Proxy(key.clone()))?;
        Some(running.site.plan(0))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wish(
        &self,
        key: &IrKey,
        ir: &InfraIr,
        bootstrap: Arc<dyn BootstrapSource>,
    ) -> Result<Wish, ProvisionError> {
        // Whether a bootstrap can be made does not depend on the ports, so this tells the caller at once.
        bootstrap.render(&PortPlan::STANDARD).map_err(ProvisionError::permanent)?;
        let addresses =
            if ir.addresses.is_empty() { &self.options.advertised_addresses } else { &ir.addresses };
        Ok(Wish {
            binary: self.options.binary.find().map_err(ProvisionError::permanent)?,
            arguments: Arguments::new(key, ir),
            bootstrap,
            drain_timeout: Duration::from_millis(ir.proxy.drain_timeout_ms),
            addresses: addresses.clone(),
        })
    }

    fn record(&self, target: &InfraTarget, wish: Wish) -> Result<(), ProvisionError> {
        let mut state = self.state();
        if state.closed {
            return Err(ProvisionError::permanent(Refusal::ShuttingDown));
        }
        // Ended tasks are forgotten here, so that their number stays bounded.
        while state.tasks.try_join_next().is_some() {}
        if let Some(running) = state.running.get(target) {
            running.wishes.send_replace(Some(wish));
            return Ok(());
        }
        let name = directory_name(target);
        let allocate =
            || self.ports.allocate().map_err(|error| ProvisionError::transient(Refusal::NoPort(error)));
        let site = Arc::new(Site {
            fleet: target.to_string(),
            directory: self.fleets_directory.join(&name),
            options: Arc::clone(&self.options),
            ports: self.ports.clone(),
            stats: Mutex::new(allocate()?),
            ready: allocate()?,
        });
        let first =
            Observed { addresses: wish.addresses.clone(), desired_replicas: 1, ..Observed::default() };
        let reporter = self.board.reporter(target.clone(), first);
        let inherited = state.orphans.remove(&name).unwrap_or_default();
        let (wishes, receiver) = watch::channel(Some(wish));
        state.tasks.spawn(Fleet::new(Arc::clone(&site), receiver, reporter, inherited).run());
        state.running.insert(target.clone(), Running { site, wishes });
        Ok(())
    }

    /// Tells a fleet to end; the returned sender closes when it has.
    fn dismiss(&self, target: &InfraTarget) -> Option<watch::Sender<Option<Wish>>> {
        let running = self.state().running.remove(target)?;
        self.board.withdraw(target);
        running.wishes.send_replace(None);
        Some(running.wishes)
    }

    fn end_orphans(&self, unwanted: impl Fn(&str) -> bool) {
        let mut state = self.state();
        let names: Vec<String> = state.orphans.keys().filter(|name| unwanted(name)).cloned().collect();
        for name in names {
            for orphan in state.orphans.remove(&name).unwrap_or_default() {
                let (name, grace) = (name.clone(), self.options.termination_grace);
                let standard = PortPlan::STANDARD;
                let how = Drain {
                    timeout: UNKNOWN_DRAIN_TIMEOUT,
                    ignored: BTreeSet::from([standard.stats, standard.ready]),
                };
                state.tasks.spawn(async move { orphan.stop(&name, &how, grace).await });
            }
        }
    }
}

impl Provisioner for HostProvisioner {
    fn apply<'a>(
        &'a self,
        target: &'a InfraTarget,
        ir: &'a InfraIr,
        bootstrap: Arc<dyn BootstrapSource>,
    ) -> BoxFuture<'a, Result<(), ProvisionError>> {
        async move {
            let InfraTarget::Proxy(key) = target else {
                return Err(ProvisionError::permanent(Refusal::Unsupported(target.clone())));
            };
            self.record(target, self.wish(key, ir, bootstrap)?)
        }
        .boxed()
    }

    fn delete<'a>(&'a self, target: &'a InfraTarget) -> BoxFuture<'a, Result<(), ProvisionError>> {
        async move {
            if let Some(ending) = self.dismiss(target) {
                ending.closed().await;
            }
            Ok(())
        }
        .boxed()
    }

    fn retain<'a>(&'a self, wanted: &'a BTreeSet<InfraTarget>) -> BoxFuture<'a, Result<(), ProvisionError>> {
        async move {
            let names: BTreeSet<String> = wanted.iter().map(directory_name).collect();
            self.end_orphans(|name| !names.contains(name));
            let running: Vec<InfraTarget> = self.state().running.keys().cloned().collect();
            for target in running.iter().filter(|target| !wanted.contains(target)) {
                self.dismiss(target);
            }
            Ok(())
        }
        .boxed()
    }

    fn observe(&self) -> BoxStream<'static, Observation> {
        self.board.observe()
    }

    fn shutdown(&self) -> BoxFuture<'_, ()> {
        async move {
            self.state().closed = true;
            let running: Vec<InfraTarget> = self.state().running.keys().cloned().collect();
            for target in &running {
                self.dismiss(target);
            }
            self.end_orphans(|_| true);
            let mut tasks = std::mem::take(&mut self.state().tasks);
            while tasks.join_next().await.is_some() {}
        }
        .boxed()
    }
}

/// A directory name for a target: readable, and different for different targets.
fn directory_name(target: &InfraTarget) -> String {
    let mut name = String::new();
    for byte in target.to_string().bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' => name.push(byte.into()),
            // Never the first letter of a name, so no directory is hidden or means its parent.
            b'.' if !name.is_empty() => name.push('.'),
            b'/' => name.push('_'),
            other => name.extend(['%', hex_digit(other >> 4), hex_digit(other & 15)]),
        }
    }
    name
}

fn hex_digit(value: u8) -> char {
    char::from_digit(value.into(), 16).unwrap_or('0')
}

/// Creates the runtime directory for this user only, and refuses one that belongs to somebody else.
fn possess(directory: &Path) -> Result<PathBuf, HostError> {
    let failed = |source| HostError::Io { path: directory.to_owned(), source };
    fs::DirBuilder::new().recursive(true).mode(0o700).create(directory).map_err(failed)?;
    let directory = directory.canonicalize().map_err(failed)?;
    if fs::metadata(&directory).map_err(failed)?.uid() != rustix::process::getuid().as_raw() {
        return Err(failed(std::io::Error::new(
            std::io::ErrorKind::PermissionDenied,
            "the directory belongs to another user",
        )));
    }
    Ok(directory)
}

fn lock(runtime: &Path) -> Result<File, HostError> {
    let path = runtime.join("lock");
    let failed = |source| HostError::Io { path: path.clone(), source };
    let file = File::create(&path).map_err(failed)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(fs::TryLockError::WouldBlock) => Err(HostError::InUse { path: runtime.to_owned() }),
        Err(fs::TryLockError::Error(source)) => Err(failed(source)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn directory_names_are_distinct_and_tame() {
        let name = |key: &str| directory_name(&InfraTarget::Proxy(IrKey::new(key)));
        assert_eq!(name("ns/gw.v1"), "ns_gw.v1");
        assert_eq!(name("../x"), "%2e._x");
        assert_ne!(name("a_b"), name("a/b"));
    }
}
