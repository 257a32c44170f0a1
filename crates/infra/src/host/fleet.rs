//! Keeps one fleet's proxy running as wished.

use super::{
    HostError, HostOptions,
    arguments::Arguments,
    backoff::Backoff,
    board::Reporter,
    drain::Drain,
    orphan::Orphan,
    port::{Port, PortAllocator},
    process::{Exit, Launch, News, Pace, Process},
};
use crate::{BootstrapError, BootstrapSource, Observed, PortPlan};
use std::{
    collections::BTreeSet,
    future::pending,
    path::PathBuf,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};
use tokio::{
    sync::watch,
    task::JoinSet,
    time::{Instant, sleep_until},
};
use tracing::{info, warn};

/// What a fleet's proxy should be.
#[derive(Clone, Debug)]
pub(super) struct Wish {
    pub(super) binary: PathBuf,
    pub(super) arguments: Arguments,
    pub(super) bootstrap: Arc<dyn BootstrapSource>,
    pub(super) drain_timeout: Duration,
    pub(super) addresses: Vec<String>,
}

/// What does not change while a fleet exists.
#[derive(Debug)]
pub(super) struct Site {
    /// The fleet's key, for logs and Envoy's node.
    pub(super) fleet: String,
    /// The directory under which each process has its own.
    pub(super) directory: PathBuf,
    pub(super) options: Arc<HostOptions>,
    pub(super) ports: PortAllocator,
    /// The statistics port, the same for every process of the fleet unless somebody else took it.
    pub(super) stats: Mutex<Port>,
    /// The ready port, the same for every process of the fleet.
    pub(super) ready: Port,
}

/// Numbers processes, so that each is a node of its own to the control plane.
static STARTED: AtomicU64 = AtomicU64::new(1);

/// The task of one fleet.
#[derive(Debug)]
pub(super) struct Fleet {
    site: Arc<Site>,
    /// `None` once the fleet must go.
    wishes: watch::Receiver<Option<Wish>>,
    reporter: Reporter,
    serving: Option<Process>,
    starting: Option<Process>,
    inherited: Vec<Orphan>,
    retiring: JoinSet<()>,
    backoff: Backoff,
    retry_at: Option<Instant>,
    /// Whether a start waits for the end of all retiring processes.
    waiting_for_room: bool,
    live: bool,
    problem: Option<String>,
}

#[derive(Debug)]
enum Event {
    Wish,
    Abandoned,
    Started(Result<(), Exit>),
    News(News),
    Retry,
    Retired,
}

#[derive(Debug, thiserror::Error)]
enum LaunchError {
    #[error(transparent)]
    Bootstrap(#[from] BootstrapError),
    #[error(transparent)]
    Host(#[from] HostError),
    #[error("no free port: {0}")]
    Port(#[from] std::io::Error),
}

impl Wish {
    /// Whether the bootstrap, written whole by the user, has an administration port of its own, so that two processes
    /// cannot run beside each other.
    fn fixes_admin_port(&self) -> bool {
        let with = |admin| self.bootstrap.render(&PortPlan { admin, ..PortPlan::STANDARD });
        with(1) == with(2)
    }
}

impl Site {
    /// The ports of the process with this administration port.
    pub(super) fn plan(&self, admin: u16) -> PortPlan {
        PortPlan { admin, stats: self.stats().number(), ready: self.ready.number() }
    }

    fn stats(&self) -> MutexGuard<'_, Port> {
        self.stats.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn drain(&self, timeout: Duration) -> Drain {
        let standard = PortPlan::STANDARD;
        let ignored = [self.stats().number(), self.ready.number(), standard.stats, standard.ready];
        Drain { timeout, ignored: BTreeSet::from(ignored) }
    }

    fn pace(&self) -> Pace {
        Pace {
            probe_period: self.options.probe_period,
            unresponsive_after: self.options.unresponsive_after,
            termination_grace: self.options.termination_grace,
        }
    }
}

impl Fleet {
    pub(super) fn new(
        site: Arc<Site>,
        mut wishes: watch::Receiver<Option<Wish>>,
        reporter: Reporter,
        inherited: Vec<Orphan>,
    ) -> Self {
        wishes.mark_changed();
        let backoff = Backoff::new(site.options.restart_pause);
        Self {
            site,
            wishes,
            reporter,
            serving: None,
            starting: None,
            inherited,
            retiring: JoinSet::new(),
            backoff,
            retry_at: None,
            waiting_for_room: false,
            live: false,
            problem: None,
        }
    }

    /// Runs until the fleet is not wished for any more and all its processes have ended.
    pub(super) async fn run(mut self) {
        let mut drain_timeout = Duration::ZERO;
        loop {
            match self.next_event().await {
                Event::Wish => {
                    let wish = self.wishes.borrow_and_update().clone();
                    let Some(wish) = wish else { break };
                    drain_timeout = wish.drain_timeout;
                    self.backoff.reset();
                    self.realise(&wish);
                }
                // The provisioner is gone without a last wish.
                Event::Abandoned => break,
                Event::Retired if !self.waiting_for_room || !self.retiring.is_empty() => {}
                Event::Retry | Event::Retired => {
                    self.retry_at = None;
                    self.waiting_for_room = false;
                    let wish = self.wishes.borrow().clone();
                    if let Some(wish) = wish {
                        self.realise(&wish);
                    }
                }
                Event::Started(Ok(())) => self.take_over(drain_timeout),
                Event::Started(Err(exit)) => {
                    self.starting = None;
                    self.start_failed(&exit);
                }
                Event::News(News::Health(live)) => self.live = live,
                Event::News(News::Exited(exit)) => self.lost(&exit),
            }
            self.report();
        }
        self.stop(drain_timeout).await;
    }

    async fn next_event(&mut self) -> Event {
        let Self { wishes, serving, starting, retiring, retry_at, .. } = self;
        let started = async {
            match starting {
                Some(process) => process.live().await,
                None => pending().await,
            }
        };
        let news = async {
            match serving {
                Some(process) => process.news().await,
                None => pending().await,
            }
        };
        let retry = async {
            match *retry_at {
                Some(at) => sleep_until(at).await,
                None => pending().await,
            }
        };
        tokio::select! {
            changed = wishes.changed() => if changed.is_ok() { Event::Wish } else { Event::Abandoned },
            outcome = started => Event::Started(outcome),
            news = news => Event::News(news),
            () = retry => Event::Retry,
            Some(_) = retiring.join_next() => Event::Retired,
        }
    }

    /// Starts a process unless one that fits the wish runs or starts already.
    fn realise(&mut self, wish: &Wish) {
        if self.starting.as_ref().is_some_and(|process| self.fits(process, wish)) {
            return;
        }
        if let Some(outdated) = self.starting.take() {
            self.retiring.spawn(outdated.end());
        }
        self.retry_at = None;
        if self.serving.as_ref().is_some_and(|process| self.fits(process, wish)) {
            self.problem = None;
            return;
        }
        match self.launch(wish) {
            Ok(process) => self.starting = Some(process),
            Err(error) => self.retry_later(error.to_string()),
        }
    }

    /// Copes with a process that ended before it served.
    fn start_failed(&mut self, exit: &Exit) {
        let wish = self.wishes.borrow().clone();
        let no_room = exit.lacked_address() && wish.as_ref().is_some_and(Wish::fixes_admin_port);
        if let Some(wish) = wish.filter(|_| no_room) {
            self.waiting_for_room = self.make_room(wish.drain_timeout);
        }
        if !self.waiting_for_room {
            self.change_stats_port();
            self.retry_later(exit.to_string());
        }
    }

    /// Ends the processes that a new one cannot run beside; false when there are none.
    fn make_room(&mut self, drain_timeout: Duration) -> bool {
        let how = self.site.drain(drain_timeout);
        self.retire_inherited(&how);
        if let Some(serving) = self.serving.take() {
            self.live = false;
            self.retiring.spawn(async move { serving.stop(&how).await });
        }
        !self.retiring.is_empty()
    }

    fn fits(&self, process: &Process, wish: &Wish) -> bool {
        let launch = &process.launch;
        let plan = self.site.plan(launch.admin.number());
        launch.binary == wish.binary
            && launch.arguments == wish.arguments
            && wish.bootstrap.render(&plan).is_ok_and(|bootstrap| bootstrap == launch.bootstrap)
    }

    fn launch(&self, wish: &Wish) -> Result<Process, LaunchError> {
        let site = &self.site;
        let admin = site.ports.allocate()?;
        let launch = Launch {
            fleet: site.fleet.clone(),
            node: format!("{}-{}", site.fleet.replace('/', "-"), STARTED.fetch_add(1, Ordering::Relaxed)),
            binary: wish.binary.clone(),
            arguments: wish.arguments.clone(),
            bootstrap: wish.bootstrap.render(&site.plan(admin.number()))?,
            directory: site.directory.join(admin.number().to_string()),
            admin,
        };
        Ok(Process::start(launch, site.pace())?)
    }

    /// Makes the process that became live the serving one and retires the others.
    fn take_over(&mut self, drain_timeout: Duration) {
        let previous = std::mem::replace(&mut self.serving, self.starting.take());
        (self.live, self.problem) = (true, None);
        info!(fleet = self.site.fleet, "proxy is live");
        let how = self.site.drain(drain_timeout);
        if let Some(previous) = previous {
            let how = how.clone();
            self.retiring.spawn(async move { previous.stop(&how).await });
        }
        self.retire_inherited(&how);
    }

    fn retire_inherited(&mut self, how: &Drain) {
        for orphan in self.inherited.drain(..) {
            let (site, how) = (Arc::clone(&self.site), how.clone());
            let grace = site.options.termination_grace;
            self.retiring.spawn(async move { orphan.stop(&site.fleet, &how, grace).await });
        }
    }

    /// Copes with the end of the serving process.
    fn lost(&mut self, exit: &Exit) {
        let served = self.serving.take().map(|process| process.served());
        self.live = false;
        if served.is_some_and(|served| served >= self.site.options.stable_after) {
            self.backoff.reset();
        }
        if self.starting.is_some() {
            // Its successor is on the way already.
            warn!(fleet = self.site.fleet, %exit, "proxy ended before its successor was live");
        } else {
            self.retry_later(exit.to_string());
        }
    }

    /// Another program may have taken the port while no proxy held it, and a proxy that cannot bind it does not start.
    fn change_stats_port(&self) {
        if self.serving.is_none()
            && let Ok(port) = self.site.ports.allocate()
        {
            *self.site.stats() = port;
        }
    }

    fn retry_later(&mut self, problem: String) {
        let pause = self.backoff.next();
        warn!(
            fleet = self.site.fleet,
            problem,
            ?pause,
            "proxy is not running as wished; trying again after a pause"
        );
        self.problem = Some(problem);
        self.retry_at = Some(Instant::now() + pause);
    }

    fn report(&self) {
        let wish = self.wishes.borrow();
        let Some(wish) = &*wish else { return };
        self.reporter.report(&Observed {
            addresses: wish.addresses.clone(),
            desired_replicas: 1,
            ready_replicas: u32::from(self.live && self.serving.is_some()),
            problem: self.problem.clone(),
        });
    }

    /// Ends everything, letting clients finish.
    async fn stop(mut self, drain_timeout: Duration) {
        let how = self.site.drain(drain_timeout);
        self.retire_inherited(&how);
        if let Some(starting) = self.starting.take() {
            self.retiring.spawn(starting.end());
        }
        if let Some(serving) = self.serving.take() {
            self.retiring.spawn(async move { serving.stop(&how).await });
        }
        while let Some(ended) = self.retiring.join_next().await {
            if let Err(error) = ended {
                warn!(fleet = self.site.fleet, %error, "a proxy was killed because its draining broke off");
            }
        }
        info!(fleet = self.site.fleet, "fleet ended");
    }
}
