//! The shipped program as a gateway: objects from a folder, the proxy as a process of this machine.

use super::gateway::{BoxFuture, Gateway, GatewayFactory};
use crate::{BoxError, deadline, envoy, port};
use std::{
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};
use tempfile::TempDir;
use tokio::process::{Child, Command};

/// How long the program may take to end when asked to.
const STOP: Duration = Duration::from_secs(20);

/// Starts one `envoy-gateway` process a case.
#[derive(Clone, Debug)]
pub struct ProgramFactory {
    binary: PathBuf,
}

impl ProgramFactory {
    /// This program.
    pub fn new(binary: impl Into<PathBuf>) -> Self {
        Self { binary: binary.into() }
    }

    /// The program in `ENVOY_GATEWAY_BIN`, or the one that cargo built beside this test.
    pub fn find() -> Result<Self, BoxError> {
        let named = std::env::var_os("ENVOY_GATEWAY_BIN").map(PathBuf::from);
        let test = std::env::current_exe()?;
        let beside = test.ancestors().skip(1).take(2).map(|folder| folder.join("envoy-gateway"));
        named
            .into_iter()
            .chain(beside)
            .find(|binary| binary.is_file())
            .map(|binary| Self { binary })
            .ok_or_else(|| {
                "no envoy-gateway: run `cargo build -p eg-envoy-gateway` or set ENVOY_GATEWAY_BIN".into()
            })
    }

    fn spawn(&self, flags: &[String]) -> Result<Program, BoxError> {
        let directory = tempfile::tempdir()?;
        let objects = directory.path().join("objects");
        std::fs::create_dir(&objects)?;
        let config = directory.path().join("config.yaml");
        std::fs::write(&config, configuration(directory.path(), &objects, flags))?;
        let log = std::fs::File::create(directory.path().join("log"))?;
        let child = Command::new(&self.binary)
            .args(["server", "-c"])
            .arg(&config)
            .args(["--xds-port", "0"])
            .env("ENVOY_PATH", envoy::find()?)
            .stdin(Stdio::null())
            .stdout(Stdio::from(log.try_clone()?))
            .stderr(Stdio::from(log))
            .kill_on_drop(true)
            .spawn()?;
        Ok(Program { child, directory, objects })
    }
}

/// A configuration with nothing at a fixed port.
fn configuration(home: &Path, objects: &Path, flags: &[String]) -> String {
    serde_json::json!({
        "apiVersion": "gateway.envoyproxy.io/v1alpha1",
        "kind": "EnvoyGateway",
        "gateway": {"controllerName": "gateway.envoyproxy.io/gatewayclass-controller"},
        "provider": {"type": "Custom", "custom": {
            "resource": {"type": "File", "file": {"paths": [objects]}},
            "infrastructure": {"type": "Host", "host": {
                "configHome": home, "dataHome": home, "stateHome": home, "runtimeDir": home.join("run"),
            }},
        }},
        "admin": {"address": {"host": "127.0.0.1", "port": port::free()}},
        "telemetry": {"metrics": {"prometheus": {"disable": true}}},
        "extensionApis": {"enableBackend": true, "enableEnvoyPatchPolicy": true},
        "runtimeFlags": {"enabled": flags},
        "logging": {"level": {"default": "info"}},
    })
    .to_string()
}

impl GatewayFactory for ProgramFactory {
    fn start<'a>(&'a self, flags: &'a [String]) -> BoxFuture<'a, Result<Box<dyn Gateway>, BoxError>> {
        Box::pin(async { Ok(Box::new(self.spawn(flags)?) as Box<dyn Gateway>) })
    }
}

/// A running `envoy-gateway`.
#[derive(Debug)]
struct Program {
    child: Child,
    directory: TempDir,
    objects: PathBuf,
}

impl Gateway for Program {
    fn apply<'a>(&'a mut self, objects: &'a str) -> BoxFuture<'a, Result<(), BoxError>> {
        Box::pin(async move {
            // A file that is half written must not be read: write it elsewhere and rename.
            let draft = self.directory.path().join("draft.yaml");
            tokio::fs::write(&draft, objects).await?;
            tokio::fs::rename(draft, self.objects.join("objects.yaml")).await?;
            Ok(())
        })
    }

    fn stop(mut self: Box<Self>) -> BoxFuture<'static, Result<(), BoxError>> {
        Box::pin(async move {
            let Some(id) = self.child.id() else {
                return Err(format!("it ended early: {}", self.log()).into());
            };
            Command::new("kill").args(["-TERM", &id.to_string()]).status().await?;
            tokio::time::timeout(STOP, self.child.wait())
                .await
                .map_err(|_| "did not end when asked to")??;
            Ok(())
        })
    }

    fn explain(&self) -> BoxFuture<'_, String> {
        Box::pin(async { self.log() })
    }
}

impl Program {
    fn log(&self) -> String {
        let log = std::fs::read_to_string(self.directory.path().join("log")).unwrap_or_default();
        let last: Vec<&str> = log.lines().rev().take(60).collect();
        last.into_iter().rev().collect::<Vec<_>>().join("\n")
    }
}

/// Waits until a program listens on this loopback port.
pub async fn listening(port: u16, patience: Duration) -> Result<(), BoxError> {
    let attempt = || tokio::net::TcpStream::connect(("127.0.0.1", port));
    deadline::poll(patience, attempt).await?;
    Ok(())
}
