//! A real Envoy, a control plane that can be restarted under it, and backends.

use std::{
    env,
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use eg_xds_server::{
    Ack, MemoryStore, Nack, NodeGroup, Options, Sent, Server, StreamInfo, StreamObserver, TypeUrl,
};
use tempfile::TempDir;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    process::{Child, Command},
    sync::oneshot,
    task::JoinHandle,
};
use tokio_stream::wrappers::TcpListenerStream;

const PATIENCE: Duration = Duration::from_secs(30);

/// Waits until `check` gives something.
pub(crate) async fn eventually<T>(what: &str, mut check: impl AsyncFnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + PATIENCE;
    loop {
        if let Some(value) = check().await {
            return value;
        }
        assert!(Instant::now() < deadline, "gave up waiting: {what}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// Finds the binary, or explains how to get it.
fn find_envoy() -> PathBuf {
    if let Some(path) = env::var_os("ENVOY_PATH") {
        return path.into();
    }
    for folder in Path::new(env!("CARGO_MANIFEST_DIR")).ancestors() {
        let tools = std::fs::read_dir(folder.join(".tools")).into_iter().flatten().flatten();
        let mut found: Vec<_> = tools
            .filter(|entry| entry.file_name().to_string_lossy().starts_with("envoy-"))
            .map(|entry| entry.path().join("envoy/_bin/envoy"))
            .filter(|binary| binary.is_file())
            .collect();
        found.sort();
        if let Some(binary) = found.pop() {
            return binary;
        }
    }
    let on_path = env::var_os("PATH")
        .and_then(|path| env::split_paths(&path).map(|dir| dir.join("envoy")).find(|path| path.is_file()));
    on_path.expect("this test needs Envoy: run `cargo xtask envoy`, or set ENVOY_PATH to a binary")
}

/// What the control plane heard.
#[derive(Clone, Debug, Default)]
pub(crate) struct Heard {
    pub(crate) streams: Arc<AtomicUsize>,
    pub(crate) resources_sent: Arc<AtomicUsize>,
    pub(crate) acks: Arc<Mutex<Vec<Ack>>>,
    pub(crate) nacks: Arc<Mutex<Vec<Nack>>>,
}

impl Heard {
    /// Whether a resource's present form was accepted.
    pub(crate) fn accepted(&self, url: &TypeUrl, resource: &eg_xds_server::Resource) -> bool {
        let acks = self.acks.lock().expect("not poisoned");
        acks.iter()
            .any(|ack| ack.type_url == *url && ack.resources.iter().any(|(_, v)| *v == resource.version))
    }

    pub(crate) fn rejections(&self) -> Vec<Nack> {
        self.nacks.lock().expect("not poisoned").clone()
    }
}

impl StreamObserver for Heard {
    fn connected(&self, _: &StreamInfo) {
        self.streams.fetch_add(1, Ordering::SeqCst);
    }

    fn sent(&self, _: &StreamInfo, sent: &Sent) {
        self.resources_sent.fetch_add(sent.resources, Ordering::SeqCst);
    }

    fn acked(&self, _: &StreamInfo, ack: &Ack) {
        self.acks.lock().expect("not poisoned").push(ack.clone());
    }

    fn nacked(&self, _: &StreamInfo, nack: &Nack) {
        self.nacks.lock().expect("not poisoned").push(nack.clone());
    }
}

/// A control plane on a port of its own.
pub(crate) struct Plane {
    pub(crate) store: Arc<MemoryStore>,
    pub(crate) group: NodeGroup,
    pub(crate) heard: Heard,
    pub(crate) address: SocketAddr,
    socket: std::net::TcpListener,
    running: Option<(oneshot::Sender<()>, JoinHandle<()>)>,
}

impl Plane {
    pub(crate) fn start(group: &str) -> Self {
        let socket = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
        socket.set_nonblocking(true).expect("a socket can be non-blocking");
        let address = socket.local_addr().expect("is bound");
        let (store, heard) = (Arc::new(MemoryStore::new()), Heard::default());
        let mut plane = Self { store, group: group.into(), heard, address, socket, running: None };
        plane.run();
        plane
    }

    fn run(&mut self) {
        let mut options = Options::default();
        options.max_connection_age_grace = Duration::from_secs(5);
        let server =
            Server::builder(self.store.clone()).observer(self.heard.clone()).options(options).build();
        let socket = self.socket.try_clone().expect("a socket can be shared");
        let listener = TcpListener::from_std(socket).expect("is a listener");
        let (stop, stopped) = oneshot::channel();
        let task = tokio::spawn(async move {
            let stopped = async {
                let _ = stopped.await;
            };
            server.serve(TcpListenerStream::new(listener), stopped).await;
        });
        self.running = Some((stop, task));
    }

    /// Replaces the process, as it were: nothing survives but the port.
    pub(crate) async fn restart(&mut self, store: MemoryStore) {
        if let Some((stop, task)) = self.running.take() {
            let _ = stop.send(());
            task.await.expect("stops in order");
        }
        self.store = Arc::new(store);
        self.heard = Heard::default();
        self.run();
    }
}

/// A running Envoy.
pub(crate) struct Envoy {
    admin: SocketAddr,
    _child: Child,
    _files: TempDir,
}

impl Envoy {
    pub(crate) async fn start(plane: &Plane, api_type: &str) -> Self {
        let files = tempfile::tempdir().expect("a folder for files");
        let bootstrap = include_str!("../../examples/envoy.yaml")
            .replace("example-fleet", &plane.group.0)
            .replace("DELTA_GRPC", api_type)
            .replace("18000", &plane.address.port().to_string());
        let (config, admin) = (files.path().join("envoy.yaml"), files.path().join("admin"));
        std::fs::write(&config, bootstrap).expect("the folder is writable");
        let child = Command::new(find_envoy())
            .arg("-c")
            .arg(&config)
            .arg("--admin-address-path")
            .arg(&admin)
            .args(["--use-dynamic-base-id", "--concurrency", "2", "-l", "warning"])
            .kill_on_drop(true)
            .spawn()
            .expect("Envoy starts");
        let admin = eventually("Envoy writes its admin address", async || {
            std::fs::read_to_string(&admin).ok()?.trim().parse().ok()
        })
        .await;
        Self { admin, _child: child, _files: files }
    }

    /// The port of a listener that was told to take any.
    pub(crate) async fn listener(&self, name: &str) -> SocketAddr {
        eventually("Envoy opens the listener", async || {
            let (_, listeners) = get(self.admin, "/listeners").await?;
            listeners.lines().find_map(|line| line.strip_prefix(&format!("{name}::"))?.trim().parse().ok())
        })
        .await
    }

    /// The names of the clusters that Envoy uses.
    pub(crate) async fn clusters(&self) -> Option<Vec<String>> {
        let (_, text) = get(self.admin, "/clusters").await?;
        let mut names: Vec<_> =
            text.lines().filter_map(|line| line.split("::").next()).map(str::to_owned).collect();
        names.dedup();
        Some(names)
    }
}

/// A backend that answers every request with its name.
pub(crate) async fn backend(name: &'static str) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let port = listener.local_addr().expect("is bound").port();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                let (mut buffer, mut seen) = ([0; 4096], Vec::new());
                while let Ok(read @ 1..) = stream.read(&mut buffer).await {
                    seen.extend_from_slice(&buffer[..read]);
                    while let Some(end) = seen.windows(4).position(|window| window == b"\r\n\r\n") {
                        seen.drain(..end + 4);
                        let answer =
                            format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{name}", name.len());
                        if stream.write_all(answer.as_bytes()).await.is_err() {
                            return;
                        }
                    }
                }
            });
        }
    });
    port
}

/// The status and the text of an answer; `None` when there is none.
pub(crate) async fn get(address: SocketAddr, path: &str) -> Option<(u16, String)> {
    let mut stream = TcpStream::connect(address).await.ok()?;
    let request = format!("GET {path} HTTP/1.1\r\nhost: test\r\nconnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.ok()?;
    let status = answer.split(' ').nth(1)?.parse().ok()?;
    Some((status, answer.split_once("\r\n\r\n")?.1.to_owned()))
}
