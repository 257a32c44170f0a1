//! A real Envoy: where to find it, how to start it, what its admin interface says.

use crate::{BoxError, client::Request, deadline};
use serde_json::Value;
use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};
use tempfile::TempDir;
use tokio::process::{Child, Command};

/// How long Envoy may take until its admin interface answers.
const START: Duration = Duration::from_secs(20);

/// The Envoy binary: `ENVOY_PATH`, then `.tools/envoy-*/` of this checkout, then `PATH`.
///
/// The error says how to get one. A test that needs an Envoy fails with it; it must not pass without one.
pub fn find() -> Result<PathBuf, BoxError> {
    if let Some(given) = std::env::var_os("ENVOY_PATH").map(PathBuf::from) {
        return if given.is_file() {
            Ok(given)
        } else {
            Err(format!("ENVOY_PATH: no file {}", given.display()).into())
        };
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap_or(Path::new("."));
    let tools = std::fs::read_dir(root.join(".tools")).into_iter().flatten().flatten();
    let mut installed: Vec<PathBuf> = tools
        .filter(|entry| entry.file_name().to_string_lossy().starts_with("envoy-"))
        .map(|entry| entry.path().join("envoy/_bin/envoy"))
        .filter(|binary| binary.is_file())
        .collect();
    installed.sort();
    let on_path = std::env::var_os("PATH").unwrap_or_default();
    let mut on_path = std::env::split_paths(&on_path).map(|folder| folder.join("envoy"));
    installed
        .pop()
        .or_else(|| on_path.find(|binary| binary.is_file()))
        .ok_or_else(|| "no Envoy: run `cargo xtask envoy` or set ENVOY_PATH".into())
}

/// A running Envoy; dropping it kills the process.
#[derive(Debug)]
pub struct Envoy {
    admin: SocketAddr,
    child: Child,
    directory: TempDir,
}

impl Envoy {
    /// Starts Envoy with a bootstrap in YAML or JSON and waits until its admin interface answers.
    ///
    /// The bootstrap must not have an `admin` section: the fixture adds one on a free port.
    pub async fn start(bootstrap: &str) -> Result<Self, BoxError> {
        let directory = tempfile::tempdir()?;
        let address_file = directory.path().join("admin-address");
        let config = directory.path().join("bootstrap.yaml");
        let admin = "admin: {address: {socket_address: {address: 127.0.0.1, port_value: 0}}}";
        std::fs::write(&config, bootstrap)?;
        let log = std::fs::File::create(directory.path().join("log"))?;
        let child = Command::new(find()?)
            .arg("--config-path")
            .arg(&config)
            .args(["--config-yaml", admin, "--use-dynamic-base-id", "--concurrency", "1"])
            .args(["--log-level", "warning", "--drain-time-s", "1", "--parent-shutdown-time-s", "2"])
            .arg("--admin-address-path")
            .arg(&address_file)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::from(log))
            .kill_on_drop(true)
            .spawn()?;
        let mut envoy = Self { admin: SocketAddr::from(([127, 0, 0, 1], 0)), child, directory };
        let found = deadline::poll(START, || async { std::fs::read_to_string(&address_file) });
        match found.await.ok().and_then(|text| text.trim().parse().ok()) {
            Some(admin) => envoy.admin = admin,
            None => return Err(format!("Envoy did not start: {}", envoy.log()).into()),
        }
        let ready = deadline::poll(START, || async {
            let answer = envoy.admin("/server_info").await.map_err(|error| error.to_string())?;
            if answer.contains("\"LIVE\"") || answer.contains("INITIALIZING") { Ok(()) } else { Err(answer) }
        });
        ready.await?;
        Ok(envoy)
    }

    /// What the admin interface answers to `GET path`.
    pub async fn admin(&self, path: &str) -> Result<String, BoxError> {
        let answer = Request::get(self.admin, "admin", path).send().await?;
        Ok(String::from_utf8_lossy(&answer.body).into_owned())
    }

    /// The admin interface's address.
    pub fn admin_address(&self) -> SocketAddr {
        self.admin
    }

    /// The configuration that Envoy runs with.
    pub async fn config_dump(&self) -> Result<Value, BoxError> {
        Ok(serde_json::from_str(&self.admin("/config_dump?include_eds").await?)?)
    }

    /// One counter or gauge; `None` if Envoy does not know it (yet).
    pub async fn stat(&self, name: &str) -> Result<Option<u64>, BoxError> {
        let text = self.admin(&format!("/stats?format=text&filter=^{}$", name.replace('.', "\\."))).await?;
        Ok(text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": ")?.trim().parse().ok()))
    }

    /// Waits until a counter or gauge has at least this value.
    pub async fn wait_for_stat(&self, name: &str, least: u64, patience: Duration) -> Result<u64, BoxError> {
        let reached = deadline::poll(patience, || async {
            match self.stat(name).await {
                Ok(Some(value)) if value >= least => Ok(value),
                other => Err(format!("{name}: {other:?}, expected at least {least}")),
            }
        });
        Ok(reached.await?)
    }

    /// The process id, for tests that watch the process.
    pub fn id(&self) -> Option<u32> {
        self.child.id()
    }

    /// What Envoy logged so far.
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.directory.path().join("log")).unwrap_or_default()
    }
}
