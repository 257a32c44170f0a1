//! A host provisioner in a directory of its own, and proxies that answer with a fixed text.

use eg_infra::{
    BootstrapError, BootstrapSource, InfraTarget, Observation, Observed, PortPlan, Provisioner,
    host::{BinarySearch, HostOptions, HostPathOverrides, HostPaths, HostProvisioner},
};
use eg_ir::{InfraIr, IrKey, infra::ProxySettings};
use futures_util::{StreamExt, stream::BoxStream};
use serde_json::json;
use std::{
    fs,
    net::{Ipv4Addr, TcpListener},
    path::{Path, PathBuf},
    process::Command,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};
use tempfile::TempDir;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::{sleep, timeout},
};

/// How long anything may take before a test fails; far more than it takes.
pub(crate) const PATIENCE: Duration = Duration::from_mins(1);

/// A provisioner and its directory.
pub(crate) struct Host {
    pub(crate) provisioner: HostProvisioner,
    pub(crate) home: TempDir,
}

impl Host {
    pub(crate) fn new() -> Self {
        Self::with(|_| {})
    }

    pub(crate) fn with(change: impl FnOnce(&mut HostOptions)) -> Self {
        let home = tempfile::tempdir().unwrap();
        let mut options = options(home.path());
        change(&mut options);
        Self { provisioner: HostProvisioner::new(options).unwrap(), home }
    }

    pub(crate) async fn apply(&self, key: &str, proxy: &Arc<FixedAnswer>) {
        self.provisioner.apply(&target(key), &ir(30), Arc::<FixedAnswer>::clone(proxy)).await.unwrap();
    }

    /// Applies a fleet and waits until it serves.
    pub(crate) async fn serve(&self, key: &str, proxy: &Arc<FixedAnswer>) {
        self.apply(key, proxy).await;
        self.until(key, |state| state.ready_replicas == 1).await;
    }

    /// Waits for a state of a fleet.
    pub(crate) async fn until(&self, key: &str, wanted: impl Fn(&Observed) -> bool) -> Observed {
        let found = until(self.provisioner.observe(), |(about, state)| {
            *about == target(key) && state.as_ref().is_some_and(&wanted)
        });
        found.await.1.unwrap()
    }

    /// The proxies that run on a bootstrap in this host's directory.
    pub(crate) fn pids(&self) -> Vec<u32> {
        pids(self.home.path())
    }
}

/// The executable under test; its absence is a failure, never a silent success.
pub(crate) fn envoy() -> PathBuf {
    let search = BinarySearch {
        tools_from: Some(PathBuf::from(env!("CARGO_MANIFEST_DIR"))),
        ..BinarySearch::from_environment(None, None)
    };
    search.find().unwrap()
}

/// Options with a directory of their own and short pauses.
pub(crate) fn options(home: &Path) -> HostOptions {
    let place = |name: &str| Some(home.join(name));
    let overrides = HostPathOverrides {
        config_home: place("config"),
        data_home: place("data"),
        state_home: place("state"),
        runtime_dir: place("runtime"),
    };
    let paths = HostPaths::from_environment(overrides).unwrap();
    HostOptions {
        probe_period: Duration::from_millis(50),
        restart_pause: (Duration::from_millis(10), Duration::from_millis(200)),
        ..HostOptions::new(paths, BinarySearch { configured: Some(envoy()), ..BinarySearch::default() })
    }
}

pub(crate) fn target(key: &str) -> InfraTarget {
    InfraTarget::Proxy(IrKey::new(key))
}

/// Infrastructure IR whose clients may take `drain` seconds.
pub(crate) fn ir(drain: u64) -> InfraIr {
    let proxy =
        ProxySettings { concurrency: Some(1), drain_timeout_ms: drain * 1000, ..ProxySettings::default() };
    InfraIr { proxy, ..InfraIr::default() }
}

/// A bootstrap with one listener that answers every request with a text.
pub(crate) struct FixedAnswer {
    pub(crate) port: u16,
    pub(crate) text: String,
    /// How often a bootstrap was asked for.
    pub(crate) renders: AtomicUsize,
}

impl FixedAnswer {
    pub(crate) fn new(port: u16, text: &str) -> Arc<Self> {
        Arc::new(Self { port, text: text.to_owned(), renders: AtomicUsize::new(0) })
    }

    pub(crate) async fn rendered(&self, times: usize) {
        eventually("another look at the bootstrap", async || self.renders.load(Ordering::SeqCst) >= times)
            .await;
    }
}

impl BootstrapSource for FixedAnswer {
    fn render(&self, ports: &PortPlan) -> Result<Vec<u8>, BootstrapError> {
        let text = bootstrap(ports.admin, self.port, &self.text);
        self.renders.fetch_add(1, Ordering::SeqCst);
        Ok(text.into_bytes())
    }
}

/// JSON is YAML, so this is a bootstrap file too.
pub(crate) fn bootstrap(admin: u16, port: u16, text: &str) -> String {
    let socket = |port| json!({ "socket_address": { "address": "127.0.0.1", "port_value": port } });
    let manager = json!({
        "@type": "type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager",
        "stat_prefix": "test",
        "route_config": { "virtual_hosts": [{
            "name": "all",
            "domains": ["*"],
            "routes": [{
                "match": { "prefix": "/" },
                "direct_response": { "status": 200, "body": { "inline_string": text } },
            }],
        }] },
        "http_filters": [{
            "name": "router",
            "typed_config": { "@type": "type.googleapis.com/envoy.extensions.filters.http.router.v3.Router" },
        }],
    });
    let filter = json!({ "name": "http", "typed_config": manager });
    json!({
        "admin": { "address": socket(admin) },
        "static_resources": { "listeners": [{
            "name": "answer",
            "address": socket(port),
            "filter_chains": [{ "filters": [filter] }],
        }] },
    })
    .to_string()
}

/// A port that is free now.
pub(crate) fn free_port() -> u16 {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap().port()
}

/// A client's connection that stays open between requests.
pub(crate) struct Client(TcpStream);

impl Client {
    pub(crate) async fn connect(port: u16) -> std::io::Result<Self> {
        TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await.map(Self)
    }

    /// Sends a request and reads until the expected text came; false when the connection ended before.
    pub(crate) async fn answers(&mut self, text: &str) -> bool {
        if self.0.write_all(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n").await.is_err() {
            return false;
        }
        let (mut seen, mut buffer) = (Vec::new(), [0; 1024]);
        while let Ok(length @ 1..) = self.0.read(&mut buffer).await {
            seen.extend_from_slice(&buffer[..length]);
            if seen.windows(text.len()).any(|window| window == text.as_bytes()) {
                return true;
            }
        }
        false
    }
}

/// One request on a connection of its own; `None` when it fails.
pub(crate) async fn get(port: u16) -> Option<String> {
    let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await.ok()?;
    stream.write_all(b"GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").await.ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.ok()?;
    let (head, body) = answer.split_once("\r\n\r\n")?;
    head.starts_with("HTTP/1.1 200").then(|| body.to_owned())
}

/// Reads a stream until something is found in it.
pub(crate) async fn until(
    mut observed: BoxStream<'static, Observation>,
    wanted: impl Fn(&Observation) -> bool,
) -> Observation {
    let search = async {
        loop {
            let next = observed.next().await.unwrap();
            if wanted(&next) {
                return next;
            }
        }
    };
    timeout(PATIENCE, search).await.expect("the state was not reached in time")
}

/// Polls until something is so.
pub(crate) async fn eventually(what: &str, holds: impl AsyncFn() -> bool) {
    let search = async {
        while !holds().await {
            sleep(Duration::from_millis(10)).await;
        }
    };
    timeout(PATIENCE, search).await.unwrap_or_else(|_| panic!("not in time: {what}"));
}

/// Running processes whose command line names a file in this directory.
pub(crate) fn pids(home: &Path) -> Vec<u32> {
    let home = home.canonicalize().unwrap();
    let home = home.to_str().unwrap();
    let processes = fs::read_dir("/proc").unwrap().filter_map(Result::ok);
    let pids = processes.filter_map(|process| process.file_name().to_str().and_then(|pid| pid.parse().ok()));
    let runs_here = |pid: &u32| {
        let line = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
        String::from_utf8_lossy(&line).contains(home)
    };
    pids.filter(runs_here).collect()
}

/// Ends a process the hard way.
pub(crate) fn kill(pid: u32) {
    signal(pid, "-KILL");
}

/// Sends a signal to a process.
pub(crate) fn signal(pid: u32, signal: &str) {
    assert!(Command::new("kill").args([signal, &pid.to_string()]).status().unwrap().success());
}
