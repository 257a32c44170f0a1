//! The asynchronous shell: runs the sources, drives the core, and does what the core says must happen.
//!
//! Tasks and what flows between them, all through bounded channels:
//!
//! ```text
//! source(s) --+                       +--> MemoryStore --> xDS server
//! platform  --+--> events --> core ---+--> statuses --> StatusSink(s)
//! clock     --+                       +--> infrastructure --> Provisioner
//! stages    --+                       +--> questions --> stages
//! fetchers  --+                       +--> demands --> fetchers
//! proxies   --+
//! ```

use std::{
    collections::BTreeSet,
    fmt, io,
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use eg_fetch::Fetcher;
use eg_gatewayapi_translator::{Features, Settings, Translator};
use eg_infra::Provisioner;
use eg_resources::{ResourceSource, SourceId, StatusSink};
use eg_telemetry::Metrics;
use eg_xds_server::{MemoryStore, Options, Server};
use eg_xds_translator::{XdsTranslator, bootstrap::ControlPlane};
use thiserror::Error;
use tokio::{
    sync::{mpsc, watch},
    task::JoinSet,
};

use crate::{Core, Event, ExtensionServer};

mod clock;
mod drive;
mod errand;
mod fetch;
mod infra;
mod measure;
mod publish;
mod source;
mod stage;
mod status;
mod xds;

pub use xds::{XdsEndpoint, XdsSecurity};

/// Events that wait for the core at most; sources wait while it is full.
const EVENTS: usize = 1024;

/// Makes a source; called again when the source ends, with back-off.
pub type SourceFactory = Box<dyn Fn() -> Box<dyn ResourceSource> + Send + Sync>;

/// Says at which port the proxies of a fleet tell whether they are ready, where the platform chooses it.
pub type ReadyPort = Arc<dyn Fn(&eg_ir::IrKey) -> Option<u16> + Send + Sync>;

/// What an embedder plugs in; leave out what you do not need.
#[derive(Default)]
pub struct Parts {
    /// Where objects come from.
    pub sources: Vec<(SourceId, SourceFactory)>,
    /// Where statuses go, each to all of them.
    pub statuses: Vec<Arc<dyn StatusSink>>,
    /// What runs the proxies, and how they reach the xDS server.
    pub infrastructure: Option<(Arc<dyn Provisioner>, ControlPlane)>,
    /// The port at which a fleet's proxies say whether they are ready, where the platform chooses it.
    pub ready_port: Option<ReadyPort>,
    /// Further features of the Gateway API translator.
    pub features: Features,
    /// The xDS translator, for further features.
    pub emitter: XdsTranslator,
    /// What answers demands; the first one that can, does.
    pub fetchers: Vec<Arc<dyn Fetcher>>,
    /// Extension servers, which see the configuration after the stages of the xDS translator.
    pub extensions: Vec<ExtensionServer>,
    /// Limits and times of the xDS server.
    pub xds: Options,
    /// Whether every step is compared with translation and emission from scratch; see [`Core::verifying`].
    pub verify_incremental: bool,
    /// What is counted; hand in a clone to show it.
    pub metrics: Metrics,
}

impl fmt::Debug for Parts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sources: Vec<&SourceId> = self.sources.iter().map(|(id, _)| id).collect();
        f.debug_struct("Parts").field("sources", &sources).finish_non_exhaustive()
    }
}

/// Why a control plane cannot start.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum PipelineError {
    /// The address of the xDS server cannot be bound.
    #[error("the xDS server cannot listen on {address}")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// Why not.
        #[source]
        source: io::Error,
    },
    /// The certificates of the xDS server cannot be read.
    #[error("the certificates of the xDS server cannot be used")]
    Certificates(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// A running control plane.
#[derive(Debug)]
pub struct Pipeline {
    events: mpsc::Sender<Event>,
    stop: watch::Sender<bool>,
    tasks: JoinSet<()>,
    infrastructure: Option<Infrastructure>,
    address: SocketAddr,
    complete: watch::Receiver<bool>,
    differences: Arc<AtomicU64>,
}

/// The platform, kept to shut it down in order.
struct Infrastructure(Arc<dyn Provisioner>);

impl fmt::Debug for Infrastructure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Infrastructure")
    }
}

impl Pipeline {
    /// Starts a control plane that serves xDS at this endpoint.
    pub async fn start(
        settings: Settings,
        parts: Parts,
        endpoint: XdsEndpoint,
    ) -> Result<Self, PipelineError> {
        let Parts {
            sources,
            statuses,
            infrastructure,
            ready_port,
            features,
            emitter,
            fetchers,
            extensions,
            xds: options,
            verify_incremental,
            metrics,
        } = parts;
        let stages: Vec<_> =
            emitter.stages().iter().cloned().chain(extensions.iter().map(ExtensionServer::stage)).collect();
        let emitter = emitter.with_stages(stages.iter().cloned());
        let (events, inbox) = mpsc::channel(EVENTS);
        let (stop, stopped) = watch::channel(false);
        let (completed, complete) = watch::channel(false);
        let mut tasks = JoinSet::new();

        let store = Arc::new(MemoryStore::new());
        let (observer, judgements, searching) = xds::Observer::new(metrics.clone());
        let server = Server::builder(Arc::clone(&store)).options(options).observer(observer).build();
        let address = xds::serve(&mut tasks, server, endpoint, stopped.clone()).await?;

        let ids: BTreeSet<SourceId> = sources.iter().map(|(id, _)| id.clone()).collect();
        let translator = Translator::with_features(settings, features);
        let core = Core::with_translators(translator, emitter, ids).verifying(verify_incremental);
        let to_statuses = status::start(&mut tasks, statuses, &metrics, &stopped);
        let to_infra = infrastructure.clone().map(|(provisioner, mut control_plane)| {
            if control_plane.port == 0 {
                control_plane.port = address.port();
            }
            let platform =
                infra::Platform { provisioner, control_plane, ready_port, metrics: metrics.clone() };
            infra::start(&mut tasks, platform, events.clone(), stopped.clone())
        });
        let differences = Arc::new(AtomicU64::new(0));
        let to_stages = stage::start(&mut tasks, &stages, &metrics, events.clone(), stopped.clone());
        let outputs = drive::Outputs {
            store,
            statuses: to_statuses,
            infra: to_infra,
            stages: to_stages,
            fetches: fetch::start(&mut tasks, fetchers, &metrics, events.clone(), stopped.clone()),
            extensions,
            complete: completed,
            differences: Arc::clone(&differences),
            searching,
            metrics,
        };
        tasks.spawn(drive::run(core, inbox, outputs, stopped.clone()));
        tasks.spawn(source::facts(events.clone()));
        tasks.spawn(xds::forward(judgements, events.clone()));
        for (id, factory) in sources {
            tasks.spawn(source::run(id, factory, events.clone(), stopped.clone()));
        }
        let infrastructure = infrastructure.map(|(provisioner, _)| Infrastructure(provisioner));
        Ok(Self { events, stop, tasks, infrastructure, address, complete, differences })
    }

    /// The address at which xDS is served.
    pub fn xds_address(&self) -> SocketAddr {
        self.address
    }

    /// Tells the core something, such as a new configuration. It waits while the core is busy.
    pub async fn send(&self, event: Event) {
        // The core ends only with the pipeline.
        let _ended = self.events.send(event).await;
    }

    /// Resolves when every source delivered its first batch, and its translation is published: after demands and questions that it
    /// raised were answered or failed, or ten seconds.
    pub async fn complete(&self) {
        let mut complete = self.complete.clone();
        let _ended = complete.wait_for(|complete| *complete).await;
    }

    /// How many differences between sessions and starting over were found, where that is looked for.
    pub fn differences(&self) -> u64 {
        self.differences.load(Ordering::Relaxed)
    }

    /// Stops everything in order: sources, then proxies, then the xDS server.
    pub async fn shutdown(mut self) {
        if let Some(Infrastructure(provisioner)) = self.infrastructure.take() {
            provisioner.shutdown().await;
        }
        self.stop.send_replace(true);
        drop(self.events);
        // Tasks that wait for the world are ended; the xDS server ends its streams first.
        let grace = tokio::time::Duration::from_secs(5);
        let ended =
            tokio::time::timeout(grace, async { while self.tasks.join_next().await.is_some() {} }).await;
        if ended.is_err() {
            self.tasks.shutdown().await;
        }
    }
}
