//! A server over in-memory streams, and a client that speaks the protocol by hand.

use std::{
    io,
    sync::{Arc, Mutex},
    time::Duration,
};

use eg_xds_server::{
    Ack, Changes, MemoryStore, Nack, NodeGroup, Options, Resource, Server, StreamInfo, StreamObserver,
    TypeUrl,
    tonic::{
        Code, Request, Status, Streaming,
        transport::{Channel, Endpoint, Uri},
    },
    xds_api::pb::{
        envoy::{
            config::core::v3::Node,
            service::discovery::v3::{
                DeltaDiscoveryRequest, DeltaDiscoveryResponse, DiscoveryRequest, DiscoveryResponse,
                aggregated_discovery_service_client::AggregatedDiscoveryServiceClient,
            },
        },
        google::rpc,
    },
};
use futures_util::StreamExt;
use hyper_util::rt::TokioIo;
use tokio::{
    io::DuplexStream,
    sync::{mpsc, oneshot},
    task::JoinHandle,
};
use tokio_stream::wrappers::UnboundedReceiverStream;

pub(crate) const GROUP: &str = "ns/gw";
/// Shorter than any delay of the server.
pub(crate) const QUIET: Duration = Duration::from_millis(900);
/// Longer than any delay of the server, except the age of streams.
pub(crate) const PATIENCE: Duration = Duration::from_mins(1);

pub(crate) fn group() -> NodeGroup {
    NodeGroup::from(GROUP)
}

pub(crate) fn node() -> Node {
    Node { id: "node-1".into(), cluster: GROUP.into(), ..Default::default() }
}

pub(crate) fn resource(content: &str) -> Resource {
    Resource::new(content.to_owned().into())
}

/// Publishes `(type, name, content)`.
pub(crate) fn publish(store: &MemoryStore, resources: &[(&TypeUrl, &str, &str)]) {
    let changes = resources.iter().fold(Changes::default(), |changes, (url, name, content)| {
        changes.upsert((*url).clone(), *name, resource(content))
    });
    store.update(&group(), changes);
}

pub(crate) fn remove(store: &MemoryStore, resources: &[(&TypeUrl, &str)]) {
    let changes = resources
        .iter()
        .fold(Changes::default(), |changes, (url, name)| changes.remove((*url).clone(), *name));
    store.update(&group(), changes);
}

/// What an observer heard.
#[derive(Clone, Debug, Default)]
pub(crate) struct Heard(Arc<Mutex<Vec<String>>>);

impl Heard {
    pub(crate) fn all(&self) -> Vec<String> {
        self.0.lock().expect("no test panics while it holds the lock").clone()
    }

    /// Waits until something was heard that contains `text`.
    pub(crate) async fn wait_for(&self, text: &str) -> String {
        let found = async {
            loop {
                if let Some(found) = self.all().into_iter().find(|line| line.contains(text)) {
                    return found;
                }
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        };
        tokio::time::timeout(PATIENCE, found)
            .await
            .unwrap_or_else(|_| panic!("{text:?} was not heard: {:?}", self.all()))
    }

    fn push(&self, line: String) {
        self.0.lock().expect("no test panics while it holds the lock").push(line);
    }
}

impl StreamObserver for Heard {
    fn connected(&self, stream: &StreamInfo) {
        self.push(format!("connected {} {} {:?}", stream.node, stream.group, stream.protocol));
    }

    fn acked(&self, _: &StreamInfo, ack: &Ack) {
        self.push(format!("acked {} {:?}", short(ack.type_url.as_str()), ack.nonce));
    }

    fn nacked(&self, stream: &StreamInfo, nack: &Nack) {
        let suspects: Vec<_> = nack.suspects.iter().map(|(name, _)| name.to_string()).collect();
        let (node, url) = (&stream.node, short(nack.type_url.as_str()));
        self.push(format!("nacked {node} {url} {suspects:?} isolated={} {}", nack.isolated, nack.detail));
    }

    fn disconnected(&self, stream: &StreamInfo) {
        self.push(format!("disconnected {}", stream.node));
    }

    fn refused(&self, path: &str, status: &Status) {
        self.push(format!("refused {path} {:?}", status.code()));
    }
}

fn short(url: &str) -> &str {
    url.rsplit('.').next().unwrap_or(url)
}

/// A running server.
pub(crate) struct Running {
    pub(crate) store: Arc<MemoryStore>,
    pub(crate) heard: Heard,
    accept: mpsc::UnboundedSender<io::Result<DuplexStream>>,
    stop: Option<oneshot::Sender<()>>,
    task: JoinHandle<()>,
}

impl Running {
    pub(crate) fn start() -> Self {
        Self::with(Options::default(), |builder| builder)
    }

    pub(crate) fn with(
        options: Options,
        configure: impl FnOnce(eg_xds_server::Builder) -> eg_xds_server::Builder,
    ) -> Self {
        let store = Arc::new(MemoryStore::new());
        let heard = Heard::default();
        let builder = Server::builder(store.clone()).observer(heard.clone()).options(options);
        let server = configure(builder).build();
        let (accept, incoming) = mpsc::unbounded_channel();
        let (stop, stopped) = oneshot::channel();
        let task = tokio::spawn(async move {
            let stopped = async {
                let _ = stopped.await;
            };
            server.serve(UnboundedReceiverStream::new(incoming), stopped).await;
        });
        Self { store, heard, accept, stop: Some(stop), task }
    }

    /// A connection of its own.
    pub(crate) async fn connect(&self) -> Channel {
        let accept = self.accept.clone();
        let connector = tower::service_fn(move |_: Uri| {
            let accept = accept.clone();
            async move {
                let (client, server) = tokio::io::duplex(64 * 1024);
                accept.send(Ok(server)).map_err(|_| io::Error::other("the server does not accept"))?;
                Ok::<_, io::Error>(TokioIo::new(client))
            }
        });
        let endpoint = Endpoint::from_static("http://in-memory");
        endpoint.connect_with_connector(connector).await.expect("the server accepts")
    }

    pub(crate) async fn delta(&self) -> Delta {
        Delta::open(self.connect().await).await.expect("the stream opens")
    }

    pub(crate) async fn sotw(&self) -> Sotw {
        Sotw::open(self.connect().await).await.expect("the stream opens")
    }

    /// Asks the server to stop.
    pub(crate) fn stop(&mut self) {
        if let Some(stop) = self.stop.take() {
            let _ = stop.send(());
        }
    }

    /// Waits until the server has stopped.
    pub(crate) async fn stopped(self) {
        tokio::time::timeout(PATIENCE, self.task).await.expect("stops in time").expect("does not panic");
    }
}

fn rejection(words: &str) -> rpc::Status {
    rpc::Status { code: Code::Internal as i32, message: words.to_owned(), ..Default::default() }
}

async fn receive<T>(responses: &mut Streaming<T>) -> Result<Option<T>, Status> {
    let next = tokio::time::timeout(PATIENCE, responses.next()).await;
    next.expect("a response arrives in time").transpose()
}

/// Whether nothing arrives although the server had every chance to send it: time passes only when every task waits.
async fn is_quiet<T>(responses: &mut Streaming<T>) -> bool {
    tokio::time::timeout(QUIET, responses.next()).await.is_err()
}

/// A delta client.
pub(crate) struct Delta {
    requests: mpsc::UnboundedSender<DeltaDiscoveryRequest>,
    responses: Streaming<DeltaDiscoveryResponse>,
    node: Option<Node>,
}

impl Delta {
    pub(crate) async fn open(channel: Channel) -> Result<Self, Status> {
        let (requests, outgoing) = mpsc::unbounded_channel();
        let mut client = AggregatedDiscoveryServiceClient::new(channel).max_decoding_message_size(usize::MAX);
        let call = client.delta_aggregated_resources(Request::new(UnboundedReceiverStream::new(outgoing)));
        Ok(Self { requests, responses: call.await?.into_inner(), node: Some(node()) })
    }

    /// A client that does not say who it is.
    pub(crate) async fn anonymous(channel: Channel) -> Self {
        Self { node: None, ..Self::open(channel).await.expect("the stream opens") }
    }

    pub(crate) fn send(&mut self, mut request: DeltaDiscoveryRequest) {
        request.node = request.node.or_else(|| self.node.take());
        self.requests.send(request).expect("the stream is open");
    }

    pub(crate) fn subscribe(&mut self, type_url: &TypeUrl, names: &[&str]) {
        self.send(DeltaDiscoveryRequest {
            type_url: type_url.as_str().into(),
            resource_names_subscribe: names.iter().map(ToString::to_string).collect(),
            ..Default::default()
        });
    }

    pub(crate) fn unsubscribe(&mut self, type_url: &TypeUrl, names: &[&str]) {
        self.send(DeltaDiscoveryRequest {
            type_url: type_url.as_str().into(),
            resource_names_unsubscribe: names.iter().map(ToString::to_string).collect(),
            ..Default::default()
        });
    }

    /// Opens a subscription as a client does that has resources.
    pub(crate) fn resume(&mut self, type_url: &TypeUrl, names: &[&str], versions: &[(&str, &str)]) {
        self.send(DeltaDiscoveryRequest {
            type_url: type_url.as_str().into(),
            resource_names_subscribe: names.iter().map(ToString::to_string).collect(),
            initial_resource_versions: versions.iter().map(|(n, v)| ((*n).into(), (*v).into())).collect(),
            ..Default::default()
        });
    }

    pub(crate) async fn try_receive(&mut self) -> Result<Option<DeltaDiscoveryResponse>, Status> {
        receive(&mut self.responses).await
    }

    pub(crate) async fn receive(&mut self) -> DeltaDiscoveryResponse {
        self.try_receive().await.expect("the stream goes on").expect("the stream goes on")
    }

    pub(crate) async fn is_quiet(&mut self) -> bool {
        is_quiet(&mut self.responses).await
    }

    pub(crate) fn ack(&mut self, response: &DeltaDiscoveryResponse) {
        self.send(DeltaDiscoveryRequest {
            type_url: response.type_url.clone(),
            response_nonce: response.nonce.clone(),
            ..Default::default()
        });
    }

    pub(crate) fn nack(&mut self, response: &DeltaDiscoveryResponse, words: &str) {
        self.send(DeltaDiscoveryRequest {
            type_url: response.type_url.clone(),
            response_nonce: response.nonce.clone(),
            error_detail: Some(rejection(words)),
            ..Default::default()
        });
    }

    /// Receives a response of the type, acknowledges it, and says in short what was in it.
    pub(crate) async fn accept(&mut self, type_url: &TypeUrl) -> String {
        let response = self.receive().await;
        assert_eq!(response.type_url, type_url.as_str());
        self.ack(&response);
        brief(&response)
    }
}

/// `name=content` for each resource, `-name` for each removal.
pub(crate) fn brief(response: &DeltaDiscoveryResponse) -> String {
    let resources = response.resources.iter().map(|resource| {
        let any = resource.resource.as_ref().expect("a resource has a body");
        assert_eq!(any.type_url, response.type_url);
        format!("{}={}", resource.name, String::from_utf8_lossy(&any.value))
    });
    let removed = response.removed_resources.iter().map(|name| format!("-{name}"));
    resources.chain(removed).collect::<Vec<_>>().join(" ")
}

/// A state-of-the-world client.
pub(crate) struct Sotw {
    requests: mpsc::UnboundedSender<DiscoveryRequest>,
    responses: Streaming<DiscoveryResponse>,
    node: Option<Node>,
}

impl Sotw {
    pub(crate) async fn open(channel: Channel) -> Result<Self, Status> {
        let (requests, outgoing) = mpsc::unbounded_channel();
        let mut client = AggregatedDiscoveryServiceClient::new(channel);
        let call = client.stream_aggregated_resources(Request::new(UnboundedReceiverStream::new(outgoing)));
        Ok(Self { requests, responses: call.await?.into_inner(), node: Some(node()) })
    }

    pub(crate) fn send(&mut self, mut request: DiscoveryRequest) {
        request.node = request.node.or_else(|| self.node.take());
        self.requests.send(request).expect("the stream is open");
    }

    /// A request for names; `last` is the response that was acknowledged last.
    pub(crate) fn subscribe(&mut self, type_url: &TypeUrl, names: &[&str], last: Option<&DiscoveryResponse>) {
        self.send(DiscoveryRequest {
            type_url: type_url.as_str().into(),
            resource_names: names.iter().map(ToString::to_string).collect(),
            version_info: last.map(|last| last.version_info.clone()).unwrap_or_default(),
            response_nonce: last.map(|last| last.nonce.clone()).unwrap_or_default(),
            ..Default::default()
        });
    }

    /// The first request of a stream that follows another, on which `version` was accepted.
    pub(crate) fn resume(&mut self, type_url: &TypeUrl, names: &[&str], version: &str) {
        self.send(DiscoveryRequest {
            type_url: type_url.as_str().into(),
            resource_names: names.iter().map(ToString::to_string).collect(),
            version_info: version.into(),
            ..Default::default()
        });
    }

    pub(crate) fn nack(&mut self, names: &[&str], response: &DiscoveryResponse, words: &str) {
        self.send(DiscoveryRequest {
            type_url: response.type_url.clone(),
            resource_names: names.iter().map(ToString::to_string).collect(),
            response_nonce: response.nonce.clone(),
            error_detail: Some(rejection(words)),
            ..Default::default()
        });
    }

    pub(crate) async fn try_receive(&mut self) -> Result<Option<DiscoveryResponse>, Status> {
        receive(&mut self.responses).await
    }

    pub(crate) async fn receive(&mut self) -> DiscoveryResponse {
        self.try_receive().await.expect("the stream goes on").expect("the stream goes on")
    }

    pub(crate) async fn is_quiet(&mut self) -> bool {
        is_quiet(&mut self.responses).await
    }

    /// Receives a response of the type and acknowledges it.
    pub(crate) async fn accept(&mut self, type_url: &TypeUrl, names: &[&str]) -> (String, DiscoveryResponse) {
        let response = self.receive().await;
        assert_eq!(response.type_url, type_url.as_str());
        self.subscribe(type_url, names, Some(&response));
        (contents(&response), response)
    }
}

/// The contents of the resources.
pub(crate) fn contents(response: &DiscoveryResponse) -> String {
    let values = response.resources.iter().map(|any| String::from_utf8_lossy(&any.value).into_owned());
    values.collect::<Vec<_>>().join(" ")
}
