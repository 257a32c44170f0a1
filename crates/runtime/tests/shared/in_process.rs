//! A gateway in this process: the whole pipeline, objects from memory, proxies as child processes.

#![allow(dead_code, reason = "each test program uses its part")]

use eg_infra::{
    Provisioner,
    host::{BinarySearch, HostOptions, HostPathOverrides, HostPaths, HostProvisioner},
};
use eg_resources::{
    Batch, BoxFuture as SinkFuture, Decoder, Snapshot, SourceError, SourceId, StatusSink, StatusUpdate,
};
use eg_runtime::{
    Core, Event, ExtensionServer, Parts, Pipeline, Settings, SourceFactory, Translation, XdsEndpoint,
    XdsSecurity,
    explain::{self, Backend, Explanation, Outcome},
};
use eg_testkit::{
    BoxError, client, envoy,
    memory::MemoryWorld,
    traffic::{
        gateway::{BoxFuture, Gateway, GatewayFactory},
        prediction::Prediction,
    },
};
use eg_xds_translator::{
    XdsTranslator,
    bootstrap::{ControlPlane, Security},
};
use serde_json::json;
use std::{
    collections::BTreeMap,
    fmt::Write,
    net::{Ipv4Addr, SocketAddr},
    path::Path,
    sync::{Arc, Mutex, PoisonError},
    time::SystemTime,
};
use tempfile::TempDir;

/// Starts one pipeline a case.
#[allow(dead_code, reason = "not every test that shares this file needs it")]
pub(crate) struct InProcess {
    /// Whether every step is compared with starting over; a difference fails the case.
    pub(crate) verify_incremental: bool,
}

impl GatewayFactory for InProcess {
    fn start<'a>(&'a self, flags: &'a [String]) -> BoxFuture<'a, Result<Box<dyn Gateway>, BoxError>> {
        Box::pin(async {
            let setup = Setup {
                verify_incremental: self.verify_incremental,
                flags: flags.to_vec(),
                ..Setup::default()
            };
            Ok(Box::new(Running::start(setup).await?) as Box<dyn Gateway>)
        })
    }
}

/// The same with extension servers.
pub(crate) struct Extended(pub(crate) Vec<ExtensionServer>);

impl GatewayFactory for Extended {
    fn start<'a>(&'a self, flags: &'a [String]) -> BoxFuture<'a, Result<Box<dyn Gateway>, BoxError>> {
        Box::pin(async {
            let setup = Setup {
                verify_incremental: true,
                extensions: self.0.clone(),
                flags: flags.to_vec(),
                ..Setup::default()
            };
            Ok(Box::new(Running::start(setup).await?) as Box<dyn Gateway>)
        })
    }
}

/// What a pipeline is made of.
#[derive(Default)]
pub(crate) struct Setup {
    /// Whether every step is compared with starting over.
    pub(crate) verify_incremental: bool,
    /// Where objects come from; from memory if there are none.
    pub(crate) sources: Vec<(SourceId, SourceFactory)>,
    /// Extension servers.
    pub(crate) extensions: Vec<ExtensionServer>,
    /// What emits, for further features.
    pub(crate) emitter: XdsTranslator,
    /// Runtime flags that are on.
    pub(crate) flags: Vec<String>,
}

/// A pipeline with its platform.
pub(crate) struct Running {
    pub(crate) world: MemoryWorld,
    pipeline: Pipeline,
    host: Arc<HostProvisioner>,
    statuses: Statuses,
    home: TempDir,
    settings: Settings,
    is_extended: bool,
    /// The same objects and what is made of them, to explain what becomes of requests.
    explained: Option<(Translation, Snapshot)>,
}

impl Running {
    /// Starts a pipeline.
    pub(crate) async fn start(setup: Setup) -> Result<Self, BoxError> {
        let Setup { verify_incremental, mut sources, extensions, emitter, flags } = setup;
        let is_extended = !extensions.is_empty();
        let home = tempfile::tempdir()?;
        let directory = |name: &str| Some(home.path().join(name));
        let overrides = HostPathOverrides {
            config_home: directory("config"),
            data_home: directory("data"),
            state_home: directory("state"),
            runtime_dir: directory("run"),
        };
        let binary = BinarySearch { configured: Some(envoy::find()?), ..BinarySearch::default() };
        let options = HostOptions::new(HostPaths::from_environment(overrides)?, binary);
        let host = Arc::new(HostProvisioner::new(options)?);

        let (world, statuses) = (MemoryWorld::default(), Statuses::default());
        let (watched, platform) = (world.clone(), Arc::clone(&host));
        if sources.is_empty() {
            let source: SourceFactory = Box::new(move || Box::new(watched.source("memory")));
            sources.push((SourceId::new("memory"), source));
        }
        let control_plane =
            ControlPlane { host: "127.0.0.1".to_owned(), port: 0, security: Security::Plaintext };
        let parts = Parts {
            sources,
            statuses: vec![Arc::new(statuses.clone())],
            infrastructure: Some((Arc::clone(&host) as _, control_plane)),
            extensions,
            ready_port: Some(Arc::new(move |fleet| platform.ports(fleet).map(|plan| plan.ready))),
            verify_incremental,
            emitter,
            ..Parts::default()
        };
        // The proxies share this process's output: keep it readable.
        let quiet = json!({
            "logging": {"level": {"default": "error"}},
            "telemetry": {"accessLog": {"disable": true}},
        });
        let settings = Settings {
            flags: flags.iter().cloned().collect(),
            default_proxy: Some(Arc::new(serde_json::from_value(quiet)?)),
            ..Settings::for_all_objects()
        };
        let endpoint = XdsEndpoint {
            address: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            security: XdsSecurity::Plaintext,
        };
        let pipeline = Pipeline::start(settings.clone(), parts, endpoint).await?;
        Ok(Self { world, pipeline, host, statuses, home, settings, is_extended, explained: None })
    }
}

impl Running {
    /// The last status of an object, as JSON; empty if it has none.
    pub(crate) fn status(&self, object: &str) -> String {
        let statuses = self.statuses.0.lock().unwrap_or_else(PoisonError::into_inner);
        statuses.get(object).cloned().unwrap_or_default()
    }

    /// The process ids of the proxies.
    pub(crate) fn proxies(&self) -> Vec<u32> {
        let home = self.home.path().to_string_lossy().into_owned();
        let processes = std::fs::read_dir("/proc").into_iter().flatten().flatten();
        let ids = processes.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
        let own = std::process::id();
        ids.filter(|id| *id != own)
            .filter(|id| {
                let line = std::fs::read(format!("/proc/{id}/cmdline")).unwrap_or_default();
                String::from_utf8_lossy(&line).contains(&home)
            })
            .collect()
    }
}

impl Gateway for Running {
    fn apply<'a>(&'a mut self, objects: &'a str) -> BoxFuture<'a, Result<(), BoxError>> {
        Box::pin(async move {
            let documents: Vec<serde_json::Value> = serde_saphyr::from_multiple(objects)?;
            let decoder = Decoder::new();
            let objects = documents.into_iter().filter(|document| !document.is_null());
            let objects = objects.map(|document| decoder.decode(document)).collect::<Result<Vec<_>, _>>()?;
            self.world.replace(&objects);
            let source = SourceId::new("memory");
            let mut core = Core::new(self.settings.clone(), [source.clone()]);
            let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH)?.as_secs();
            let batch = Event::Batch { source, batch: Batch::Replace(objects) };
            core.step([Event::Tick(i64::try_from(since)?), batch]);
            self.explained = Some((core.translation().clone(), core.snapshot()));
            Ok(())
        })
    }

    fn stop(self: Box<Self>) -> BoxFuture<'static, Result<(), BoxError>> {
        Box::pin(async move {
            // The proxies end in order; what is left of the control plane ends with its value.
            self.host.shutdown().await;
            let differences = self.pipeline.differences();
            drop(self.pipeline);
            if differences > 0 {
                return Err(format!("{differences} differences between sessions and starting over").into());
            }
            Ok(())
        })
    }

    fn predict(&self, request: &client::Request) -> Option<Prediction> {
        let is_grpc = matches!(request.speaks, client::Speaks::Grpc(_) | client::Speaks::GrpcWeb(_));
        let request = explain::Request {
            method: request.method.to_string(),
            tls: request.sni.is_some(),
            port: request.target.port(),
            authority: request.host.clone(),
            path: request.path.clone(),
            headers: request.headers.clone(),
            server_name: request.sni.clone(),
        };
        let (translation, snapshot) = self.explained.as_ref()?;
        // What patches and extension servers change is not explained.
        if self.is_extended || translation.xds.values().any(|ir| !ir.patches.is_empty()) {
            return None;
        }
        let explanation = explain::explain(translation, snapshot, &request);
        // An explanation knows nothing of certificates that clients present.
        let asks = explanation.fleets.iter().any(|fleet| {
            let chain = fleet.serving.listening.as_ref().and_then(|listening| listening.chain.as_ref());
            chain.is_some_and(|chain| chain.asks_for_certificate)
        });
        if asks {
            return None;
        }
        let prediction = prediction(&explanation)?;
        // What the gateway answers itself is of another status in gRPC, and always 200 in HTTP.
        (!is_grpc || !prediction.ports.is_empty()).then_some(prediction)
    }

    fn explain(&self) -> BoxFuture<'_, String> {
        Box::pin(async {
            let mut text = self.statuses.complaints();
            for log in logs(self.home.path()) {
                let _ = writeln!(text, "{log}");
            }
            text
        })
    }
}

/// An explanation as a prediction. Nobody at the port, or no chain for the server name, is a connection that is refused.
///
/// What is sent to names that the proxy resolves by itself cannot be told.
fn prediction(explanation: &Explanation) -> Option<Prediction> {
    let mut prediction = Prediction::default();
    for fleet in &explanation.fleets {
        prediction.streamed = matches!(fleet.outcome, Outcome::Streamed { .. });
        match &fleet.outcome {
            Outcome::Forwarded { destinations } | Outcome::Streamed { destinations } => {
                for destination in destinations.iter().filter(|destination| destination.percent > 0.0) {
                    if destination.resolves && destination.backends.is_empty() {
                        return None;
                    }
                    prediction.statuses.extend(destination.status);
                    let backends = destination.backends.iter().filter(|backend| !backend.draining);
                    let port = |backend: &Backend| backend.address.rsplit_once(':')?.1.parse::<u16>().ok();
                    prediction.ports.extend(backends.filter_map(port));
                }
            }
            Outcome::Redirected { status, location } => {
                prediction.statuses.insert(*status);
                prediction.location = Some(location.clone());
            }
            Outcome::Answered { status, .. } | Outcome::Rejected { status, .. } => {
                prediction.statuses.insert(*status);
            }
            Outcome::NotFound => drop(prediction.statuses.insert(404)),
            _ => {}
        }
    }
    Some(prediction)
}

/// The last status of each object.
#[derive(Clone, Default)]
struct Statuses(Arc<Mutex<BTreeMap<String, String>>>);

impl Statuses {
    /// What is not as its user wants it.
    fn complaints(&self) -> String {
        let statuses = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let bad = statuses.iter().filter(|(_, status)| status.contains("\"status\":\"False\""));
        bad.map(|(object, status)| format!("{object}: {status}")).collect::<Vec<_>>().join("\n")
    }
}

impl StatusSink for Statuses {
    fn write<'a>(&'a self, updates: &'a [StatusUpdate]) -> SinkFuture<'a, Result<(), SourceError>> {
        Box::pin(async move {
            let mut statuses = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            for update in updates {
                let status = serde_json::to_string(&update.status).unwrap_or_default();
                statuses.insert(update.object.to_string(), status);
            }
            Ok(())
        })
    }
}

/// The last lines of every log file below a directory.
fn logs(directory: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(directory).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(logs(&path));
        } else if path.extension().is_some_and(|extension| extension == "log") {
            let text = std::fs::read_to_string(&path).unwrap_or_default();
            let lines: Vec<&str> = text.lines().rev().take(15).collect();
            let lines: Vec<&str> = lines.into_iter().rev().collect();
            found.push(format!("{}:\n{}", path.display(), lines.join("\n")));
        }
    }
    found
}
