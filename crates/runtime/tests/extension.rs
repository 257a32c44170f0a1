//! Extension servers under a whole control plane: what they change, and what their failures cost.

#![expect(clippy::expect_used, reason = "fixtures are known to be right")]

#[path = "shared/in_process.rs"]
mod in_process;

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    path::Path,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use bytes::Bytes;
use eg_api::config::ExtensionManager;
use eg_resources::{AnyObject, Decoder, SourceId};
use eg_runtime::{
    ExtensionServer as Client, Parts, Pipeline, Settings, SourceFactory, XdsEndpoint, XdsSecurity,
};
use eg_testkit::{
    deadline,
    extension::{ExtensionServer, Reply},
    memory::MemoryWorld,
    traffic::run::run,
};
use eg_xds_server::tonic::transport::{Channel, Endpoint};
use eg_xds_translator::{
    BoxFuture, Question, SliceKind, Stage, StageError, XdsTranslator,
    xds_api::pb::envoy::{
        config::{
            core::v3::{HeaderValue, HeaderValueOption, Node},
            listener::v3::{Listener, filter::ConfigType},
            route::v3::{RouteConfiguration, VirtualHost, route::Action},
        },
        extensions::filters::network::http_connection_manager::v3::HttpConnectionManager,
        service::discovery::v3::{
            DiscoveryRequest, aggregated_discovery_service_client::AggregatedDiscoveryServiceClient,
        },
    },
};
use prost::Message;
use serde_json::{Value, json};
use tokio::{
    sync::{mpsc, watch},
    task::AbortHandle,
};
use tokio_stream::wrappers::UnboundedReceiverStream;

const PATIENCE: Duration = Duration::from_secs(10);

/// The client of a server, as configuration describes it.
fn client(server: &ExtensionServer, fail_open: bool) -> Client {
    hooked(server, fail_open, &["VirtualHost"])
}

/// The same for these hooks.
fn hooked(server: &ExtensionServer, fail_open: bool, hooks: &[&str]) -> Client {
    let address = server.address().expect("a TCP server");
    let manager: ExtensionManager = serde_json::from_value(json!({
        "name": "test",
        "failOpen": fail_open,
        "hooks": {"xdsTranslator": {"post": hooks}},
        "service": {"ip": {"address": address.ip(), "port": address.port()}},
    }))
    .expect("a configuration");
    Client::from_config(&manager, "envoy-gateway-system").expect("hooks that are called")
}

/// Adds a header to every response of a virtual host.
fn marked(mut host: VirtualHost) -> Reply {
    let header =
        HeaderValue { key: "x-extension".to_owned(), value: "seen".to_owned(), ..Default::default() };
    host.response_headers_to_add.push(HeaderValueOption { header: Some(header), ..Default::default() });
    Reply::Changed(Box::new(host))
}

/// Proxies see what the server makes of virtual hosts, and go on without it when it fails.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_proxy_serves_what_the_server_made() {
    let server = ExtensionServer::start(None, marked).await.expect("a server");
    let factory = in_process::Extended(vec![client(&server, false)]);
    let case = Path::new("tests/extension/changed/case.yaml");
    run(case, &factory).await.expect("the answers that the case names");
}

/// A listener can be changed, too: this server has it say whom answers came by.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_proxy_listens_as_the_server_wants() {
    let server = ExtensionServer::start(None, marked).await.expect("a server");
    server.listener_rule(|listener| Ok(Some(named(listener))));
    let factory = in_process::Extended(vec![hooked(&server, false, &["VirtualHost", "HTTPListener"])]);
    let case = Path::new("tests/extension/listener/case.yaml");
    run(case, &factory).await.expect("the answers that the case names");
}

/// A listener that says in its answers whom they came by.
fn named(mut listener: Listener) -> Listener {
    let chains = listener.filter_chains.iter_mut().chain(&mut listener.default_filter_chain);
    for filter in chains.flat_map(|chain| &mut chain.filters) {
        let Some(ConfigType::TypedConfig(config)) = &mut filter.config_type else { continue };
        let mut manager = HttpConnectionManager::decode(config.value.as_slice()).expect("HTTP");
        "extended".clone_into(&mut manager.via);
        config.value = manager.encode_to_vec();
    }
    listener
}

/// A stage that answers when the test wants it to.
#[derive(Debug)]
struct Patient {
    answers: watch::Receiver<bool>,
    time_limit: Duration,
}

impl Stage for Patient {
    fn name(&self) -> &'static str {
        "patient"
    }

    fn wants(&self, kind: SliceKind) -> bool {
        kind == SliceKind::VirtualHost
    }

    fn fails_open(&self) -> bool {
        true
    }

    fn time_limit(&self) -> Duration {
        self.time_limit
    }

    fn ask(&self, question: Question) -> BoxFuture<Result<Option<Bytes>, StageError>> {
        let mut answers = self.answers.clone();
        Box::pin(async move {
            let _released = answers.wait_for(|answers| *answers).await;
            let host = VirtualHost::decode(question.slice).expect("a virtual host");
            let Reply::Changed(host) = marked(host) else { return Ok(None) };
            Ok(Some(host.encode_to_vec().into()))
        })
    }
}

/// A control plane without proxies; what they would be told is read from its xDS server.
struct Plane {
    world: MemoryWorld,
    pipeline: Pipeline,
    proxy: Proxy,
    objects: Mutex<BTreeMap<String, AnyObject>>,
}

/// Everything that the table of the listener was, in order.
struct Proxy {
    tables: Arc<Mutex<Vec<RouteConfiguration>>>,
    reading: AbortHandle,
}

impl Proxy {
    async fn connect(address: SocketAddr) -> Self {
        let channel = Endpoint::from_shared(format!("http://{address}")).expect("an address");
        let channel = channel.connect().await.expect("a connection");
        let tables = Arc::new(Mutex::new(Vec::new()));
        let reading = tokio::spawn(read(channel, Arc::clone(&tables))).abort_handle();
        Self { tables, reading }
    }

    fn history(&self) -> Vec<RouteConfiguration> {
        self.tables.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn virtual_hosts(&self) -> Vec<VirtualHost> {
        self.history().pop().map(|table| table.virtual_hosts).unwrap_or_default()
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.reading.abort();
    }
}

/// Subscribes to the table and acknowledges each version.
async fn read(channel: Channel, tables: Arc<Mutex<Vec<RouteConfiguration>>>) {
    let (requests, outgoing) = mpsc::unbounded_channel();
    let request = |version: String, nonce: String| DiscoveryRequest {
        node: Some(Node { id: "test".to_owned(), cluster: "default/gw".to_owned(), ..Node::default() }),
        resource_names: vec!["default/gw/http".to_owned()],
        type_url: "type.googleapis.com/envoy.config.route.v3.RouteConfiguration".to_owned(),
        version_info: version,
        response_nonce: nonce,
        ..DiscoveryRequest::default()
    };
    let _sent = requests.send(request(String::new(), String::new()));
    let mut client = AggregatedDiscoveryServiceClient::new(channel);
    let responses = client.stream_aggregated_resources(UnboundedReceiverStream::new(outgoing)).await;
    let mut responses = responses.expect("a stream").into_inner();
    while let Ok(Some(response)) = responses.message().await {
        for table in &response.resources {
            let table = RouteConfiguration::decode(table.value.as_slice()).expect("a route configuration");
            tables.lock().unwrap_or_else(PoisonError::into_inner).push(table);
        }
        let _sent = requests.send(request(response.version_info, response.nonce));
    }
}

fn gateway() -> Vec<Value> {
    vec![
        json!({"apiVersion": "gateway.networking.k8s.io/v1", "kind": "GatewayClass", "metadata": {"name": "eg"},
            "spec": {"controllerName": "gateway.envoyproxy.io/gatewayclass-controller"}}),
        json!({"apiVersion": "gateway.networking.k8s.io/v1", "kind": "Gateway",
            "metadata": {"name": "gw", "namespace": "default"},
            "spec": {"gatewayClassName": "eg", "listeners": [{"name": "http", "protocol": "HTTP", "port": 8080}]}}),
    ]
}

/// A route of a host, which redirects to another port.
fn route(host: &str, port: u16) -> Value {
    json!({"apiVersion": "gateway.networking.k8s.io/v1", "kind": "HTTPRoute",
        "metadata": {"name": host, "namespace": "default"},
        "spec": {"parentRefs": [{"name": "gw"}], "hostnames": [format!("{host}.example")],
            "rules": [{"filters": [{"type": "RequestRedirect", "requestRedirect": {"port": port}}]}]}})
}

impl Plane {
    async fn start(client: Client, hosts: &[(&str, u16)]) -> Self {
        Self::with(Parts { extensions: vec![client], ..Parts::default() }, hosts).await
    }

    async fn with(parts: Parts, hosts: &[(&str, u16)]) -> Self {
        let world = MemoryWorld::default();
        let watched = world.clone();
        let source: SourceFactory = Box::new(move || Box::new(watched.source("memory")));
        let sources = vec![(SourceId::new("memory"), source)];
        let parts = Parts { sources, verify_incremental: true, ..parts };
        let endpoint = XdsEndpoint { address: ([127, 0, 0, 1], 0).into(), security: XdsSecurity::Plaintext };
        let decoder = Decoder::new();
        let objects = gateway().into_iter().chain(hosts.iter().map(|(host, port)| route(host, *port)));
        let start: Vec<AnyObject> =
            objects.map(|object| decoder.decode(object).expect("an object")).collect();
        world.replace(&start);
        let objects = Mutex::default();
        keep(&objects, start);
        let pipeline = Pipeline::start(Settings::default(), parts, endpoint).await.expect("a control plane");
        let proxy = Proxy::connect(pipeline.xds_address()).await;
        Self { world, pipeline, proxy, objects }
    }

    /// Adds or changes a route.
    fn put(&self, host: &str, port: u16) {
        let object = Decoder::new().decode(route(host, port)).expect("an object");
        keep(&self.objects, vec![object]);
        let objects = self.objects.lock().unwrap_or_else(PoisonError::into_inner);
        self.world.replace(&objects.values().cloned().collect::<Vec<_>>());
    }

    /// Ends it; what it did at the cost of what changed must be what starting over gives.
    async fn stop(self) {
        assert_eq!(self.pipeline.differences(), 0);
        self.pipeline.shutdown().await;
    }

    /// Waits until each host is served in this form.
    async fn shows(&self, expected: &[(&str, &str)]) {
        let shown = deadline::poll(PATIENCE, || async {
            let hosts = self.proxy.virtual_hosts();
            let found: BTreeMap<String, String> =
                hosts.iter().map(|host| (host.domains[0].clone(), form(host))).collect();
            let shown = |(host, form): &(&str, &str)| {
                found.get(&format!("{host}.example")).map(String::as_str) == Some(*form)
            };
            if expected.iter().all(shown) {
                Ok(())
            } else {
                Err(format!("expected {expected:?}, found {found:?}"))
            }
        });
        shown.await.expect("the proxies are told");
    }
}

fn keep(to: &Mutex<BTreeMap<String, AnyObject>>, objects: Vec<AnyObject>) {
    let mut kept = to.lock().unwrap_or_else(PoisonError::into_inner);
    kept.extend(objects.into_iter().map(|object| (object.key().to_string(), object)));
}

/// A virtual host in a few words: where it redirects to or what it answers, and a `+` if the server changed it.
fn form(host: &VirtualHost) -> String {
    let what = match host.routes.first().and_then(|route| route.action.as_ref()) {
        Some(Action::Redirect(redirect)) => redirect.port_redirect.to_string(),
        Some(Action::DirectResponse(response)) => format!("status {}", response.status),
        other => format!("{other:?}"),
    };
    if host.response_headers_to_add.is_empty() { what } else { format!("{what}+") }
}

/// A rule that does something else for one host.
fn except(host: &'static str, otherwise: Reply) -> impl Fn(VirtualHost) -> Reply + Send + Sync {
    move |asked| if asked.domains == [format!("{host}.example")] { otherwise.clone() } else { marked(asked) }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_unrelated_edit_does_not_call_the_server_again() {
    let server = ExtensionServer::start(None, marked).await.expect("a server");
    let plane = Plane::start(client(&server, false), &[("a", 1001), ("b", 1001)]).await;
    plane.shows(&[("a", "1001+"), ("b", "1001+")]).await;
    plane.put("b", 1002);
    plane.shows(&[("a", "1001+"), ("b", "1002+")]).await;
    let calls = server.calls();
    let about = |host: &str| calls.iter().filter(|call| **call == format!("{host}.example")).count();
    assert_eq!((about("a"), about("b")), (1, 2), "{calls:?}");
    plane.stop().await;
}

/// A control plane with a stage that answers when the channel says so.
async fn with_patient_stage(time_limit: Duration) -> (watch::Sender<bool>, Plane) {
    let (release, answers) = watch::channel(false);
    let stage: Arc<dyn Stage> = Arc::new(Patient { answers, time_limit });
    let parts = Parts { emitter: XdsTranslator::default().with_stages([stage]), ..Parts::default() };
    (release, Plane::with(parts, &[("a", 1001)]).await)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_told_before_the_first_answers() {
    let (release, plane) = with_patient_stage(PATIENCE).await;
    let asked =
        || async { if release.receiver_count() > 1 { Ok(()) } else { Err("nobody waits for an answer") } };
    deadline::poll(PATIENCE, asked).await.expect("the stage is asked");
    release.send_replace(true);
    plane.shows(&[("a", "1001+")]).await;
    // A stage that fails open would have been left out at first.
    assert_eq!(plane.proxy.history().len(), 1);
    plane.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_its_time_limit_a_hung_stage_has_failed() {
    let (release, plane) = with_patient_stage(Duration::from_millis(50)).await;
    plane.shows(&[("a", "1001")]).await;
    release.send_replace(true);
    plane.shows(&[("a", "1001+")]).await;
    plane.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hung_server_delays_nothing_else() {
    let server = ExtensionServer::start(None, marked).await.expect("a server");
    let plane = Plane::start(client(&server, false), &[("a", 1001), ("b", 1001)]).await;
    plane.shows(&[("a", "1001+"), ("b", "1001+")]).await;
    server.rule(except("a", Reply::Hang));
    plane.put("a", 1002);
    plane.put("b", 1002);
    // The one it hangs about keeps the last form that was answered.
    plane.shows(&[("a", "1001+"), ("b", "1002+")]).await;
    plane.put("new", 1002);
    plane.shows(&[("a", "1001+"), ("b", "1002+"), ("new", "1002+")]).await;
    plane.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn at_first_sight_a_failure_is_open_or_closed() {
    for (fail_open, expected) in [(false, "status 500"), (true, "1001")] {
        let fail = Reply::Fail(eg_extension::Code::Internal);
        let server = ExtensionServer::start(None, except("a", fail)).await.expect("a server");
        let plane = Plane::start(client(&server, fail_open), &[("a", 1001), ("b", 1001)]).await;
        plane.shows(&[("a", expected), ("b", "1001+")]).await;
        // It is asked again until it answers.
        server.rule(marked);
        plane.shows(&[("a", "1001+"), ("b", "1001+")]).await;
        plane.stop().await;
    }
}
