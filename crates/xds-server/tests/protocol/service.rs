//! Who is let in, which services there are, and how streams and servers end.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use eg_xds_server::{
    Authenticator, BoxFuture, Call, Denied, Identity, NodeGroup, Options, TypeUrl,
    tonic::{Code, Request, Status, metadata::MetadataValue, transport::Channel},
    xds_api::pb::envoy::{
        config::core::v3::Node,
        service::{
            cluster::v3::cluster_discovery_service_client::ClusterDiscoveryServiceClient,
            discovery::v3::{
                DeltaDiscoveryRequest, DiscoveryRequest,
                aggregated_discovery_service_client::AggregatedDiscoveryServiceClient,
            },
            endpoint::v3::endpoint_discovery_service_client::EndpointDiscoveryServiceClient,
            extension::v3::extension_config_discovery_service_client::ExtensionConfigDiscoveryServiceClient,
            listener::v3::listener_discovery_service_client::ListenerDiscoveryServiceClient,
            route::v3::{
                route_discovery_service_client::RouteDiscoveryServiceClient,
                virtual_host_discovery_service_client::VirtualHostDiscoveryServiceClient,
            },
            runtime::v3::runtime_discovery_service_client::RuntimeDiscoveryServiceClient,
            secret::v3::secret_discovery_service_client::SecretDiscoveryServiceClient,
        },
    },
};

use crate::support::{Delta, GROUP, Running, node, publish};

/// Wants the token "let me in", and the node to be the one the token is for.
struct Token;

impl Authenticator for Token {
    fn authenticate<'a>(&'a self, call: Call<'a>) -> BoxFuture<'a, Result<Identity, Denied>> {
        let token = call.metadata.get("authorization").and_then(|value| value.to_str().ok());
        let verdict = match token {
            Some("Bearer let-me-in") => Ok(Identity { subject: "node-1".into(), ..Identity::default() }),
            _ => Err(Denied::Unauthenticated("no token".into())),
        };
        Box::pin(std::future::ready(verdict))
    }

    fn authorise(&self, identity: &Identity, node: &Node, _: &NodeGroup) -> Result<(), Denied> {
        if identity.subject == node.id {
            Ok(())
        } else {
            Err(Denied::Unauthorised("another node's token".into()))
        }
    }
}

fn sotw_request(type_url: &TypeUrl) -> DiscoveryRequest {
    DiscoveryRequest { node: Some(node()), type_url: type_url.as_str().into(), ..Default::default() }
}

fn delta_request(type_url: &TypeUrl) -> DeltaDiscoveryRequest {
    DeltaDiscoveryRequest { node: Some(node()), type_url: type_url.as_str().into(), ..Default::default() }
}

fn open<T: Send + 'static>(first: T) -> impl tokio_stream::Stream<Item = T> + Send + 'static {
    tokio_stream::StreamExt::chain(tokio_stream::once(first), tokio_stream::pending())
}

/// Calls every method once; the name of each with the code it ended with, or the first resource it sent.
async fn call_all(channel: Channel) -> Vec<(&'static str, Result<String, Code>)> {
    let mut results = Vec::new();
    macro_rules! stream {
        ($client:ident, $method:ident, $request:expr) => {{
            let call = $client::new(channel.clone()).$method(open($request)).await;
            let first = match call {
                Ok(response) => response.into_inner().message().await,
                Err(status) => Err(status),
            };
            results.push((
                stringify!($method),
                first.map(|r| format!("{:?}", r.map(|r| r.type_url))).map_err(code),
            ));
        }};
    }
    macro_rules! fetch {
        ($client:ident, $method:ident, $type_url:expr) => {{
            let call = $client::new(channel.clone()).$method(sotw_request(&$type_url)).await;
            results.push((
                stringify!($method),
                call.map(|r| format!("{:?}", Some(r.into_inner().type_url))).map_err(code),
            ));
        }};
    }
    macro_rules! service {
        ($client:ident, $type_url:expr, $stream:ident, $delta:ident, $fetch:ident) => {
            stream!($client, $stream, sotw_request(&$type_url));
            stream!($client, $delta, delta_request(&$type_url));
            fetch!($client, $fetch, $type_url);
        };
    }
    stream!(AggregatedDiscoveryServiceClient, stream_aggregated_resources, sotw_request(&TypeUrl::CLUSTER));
    stream!(AggregatedDiscoveryServiceClient, delta_aggregated_resources, delta_request(&TypeUrl::CLUSTER));
    service!(
        ClusterDiscoveryServiceClient,
        TypeUrl::CLUSTER,
        stream_clusters,
        delta_clusters,
        fetch_clusters
    );
    service!(
        EndpointDiscoveryServiceClient,
        TypeUrl::ENDPOINT,
        stream_endpoints,
        delta_endpoints,
        fetch_endpoints
    );
    service!(
        ListenerDiscoveryServiceClient,
        TypeUrl::LISTENER,
        stream_listeners,
        delta_listeners,
        fetch_listeners
    );
    service!(RouteDiscoveryServiceClient, TypeUrl::ROUTE, stream_routes, delta_routes, fetch_routes);
    service!(SecretDiscoveryServiceClient, TypeUrl::SECRET, stream_secrets, delta_secrets, fetch_secrets);
    service!(RuntimeDiscoveryServiceClient, TypeUrl::RUNTIME, stream_runtime, delta_runtime, fetch_runtime);
    service!(
        ExtensionConfigDiscoveryServiceClient,
        TypeUrl::EXTENSION_CONFIG,
        stream_extension_configs,
        delta_extension_configs,
        fetch_extension_configs
    );
    stream!(VirtualHostDiscoveryServiceClient, delta_virtual_hosts, delta_request(&TypeUrl::VIRTUAL_HOST));
    results
}

#[expect(clippy::needless_pass_by_value, reason = "is passed to map_err")]
fn code(status: Status) -> Code {
    status.code()
}

const ALL: [TypeUrl; 8] = [
    TypeUrl::CLUSTER,
    TypeUrl::ENDPOINT,
    TypeUrl::LISTENER,
    TypeUrl::ROUTE,
    TypeUrl::SECRET,
    TypeUrl::RUNTIME,
    TypeUrl::EXTENSION_CONFIG,
    TypeUrl::VIRTUAL_HOST,
];

#[tokio::test(start_paused = true)]
async fn every_method_serves_its_type() {
    let server = Running::start();
    publish(&server.store, &ALL.each_ref().map(|url| (url, "x", "1")));
    let results = call_all(server.connect().await).await;
    assert_eq!(results.len(), 24);
    let mut types = BTreeSet::new();
    for (method, result) in results {
        types.insert(result.unwrap_or_else(|code| panic!("{method} ended with {code:?}")));
    }
    assert_eq!(types, ALL.iter().map(|url| format!("{:?}", Some(url.as_str()))).collect());
}

#[tokio::test(start_paused = true)]
async fn every_method_refuses_a_stranger_before_it_reads_a_message() {
    let server = Running::with(Options::default(), |builder| builder.authenticator(Token));
    publish(&server.store, &ALL.each_ref().map(|url| (url, "x", "1")));
    let results = call_all(server.connect().await).await;
    assert_eq!(results.len(), 24);
    for (method, result) in results {
        assert_eq!(result, Err(Code::Unauthenticated), "{method}");
    }
    assert!(server.heard.all().iter().all(|line| line.starts_with("refused")), "{:?}", server.heard.all());
}

#[tokio::test(start_paused = true)]
async fn a_known_peer_may_speak_for_itself_only() {
    let server = Running::with(Options::default(), |builder| builder.authenticator(Token));
    publish(&server.store, &[(&TypeUrl::CLUSTER, "x", "1")]);
    for (id, expected) in [("node-1", None), ("node-2", Some(Code::PermissionDenied))] {
        let mut request = Request::new(open(DeltaDiscoveryRequest {
            node: Some(Node { id: id.into(), cluster: GROUP.into(), ..Default::default() }),
            type_url: TypeUrl::CLUSTER.as_str().into(),
            ..Default::default()
        }));
        request.metadata_mut().insert("authorization", MetadataValue::from_static("Bearer let-me-in"));
        let mut client = AggregatedDiscoveryServiceClient::new(server.connect().await);
        let mut responses =
            client.delta_aggregated_resources(request).await.expect("is authenticated").into_inner();
        assert_eq!(responses.message().await.map_err(code).err(), expected);
    }
}

#[tokio::test(start_paused = true)]
async fn a_service_of_one_type_refuses_another() {
    let server = Running::start();
    let mut client = ClusterDiscoveryServiceClient::new(server.connect().await);
    let call = client.delta_clusters(open(delta_request(&TypeUrl::LISTENER))).await;
    let status = call.expect("the stream opens").into_inner().message().await.expect_err("is refused");
    assert_eq!(status.code(), Code::InvalidArgument);
}

#[tokio::test(start_paused = true)]
async fn a_service_of_one_type_needs_no_type_url() {
    let server = Running::start();
    publish(&server.store, &[(&TypeUrl::CLUSTER, "x", "1")]);
    let mut client = ClusterDiscoveryServiceClient::new(server.connect().await);
    let request = DeltaDiscoveryRequest { node: Some(node()), ..Default::default() };
    let call = client.delta_clusters(open(request)).await;
    let response = call.expect("the stream opens").into_inner().message().await;
    assert_eq!(response.expect("is served").expect("is served").type_url, TypeUrl::CLUSTER.as_str());
}

#[tokio::test(start_paused = true)]
async fn a_fetch_answers_what_it_can() {
    let server = Running::start();
    let channel = server.connect().await;
    let mut clusters = ClusterDiscoveryServiceClient::new(channel.clone());
    let unpublished = clusters.fetch_clusters(sotw_request(&TypeUrl::CLUSTER)).await;
    assert_eq!(unpublished.map_err(code).err(), Some(Code::Unavailable));
    publish(&server.store, &[(&TypeUrl::CLUSTER, "x", "1")]);
    let first =
        clusters.fetch_clusters(sotw_request(&TypeUrl::CLUSTER)).await.expect("is served").into_inner();
    let again =
        DiscoveryRequest { version_info: first.version_info.clone(), ..sotw_request(&TypeUrl::CLUSTER) };
    let again = clusters.fetch_clusters(again).await.expect("is served").into_inner();
    assert_eq!(again.resources, first.resources);
    let mut endpoints = EndpointDiscoveryServiceClient::new(channel);
    let request = DiscoveryRequest { resource_names: vec!["x".into()], ..sotw_request(&TypeUrl::ENDPOINT) };
    assert_eq!(endpoints.fetch_endpoints(request).await.map_err(code).err(), Some(Code::NotFound));
}

#[tokio::test(start_paused = true)]
async fn a_message_beyond_the_limit_ends_the_stream() {
    let mut options = Options::default();
    options.max_message_size = 1000;
    let server = Running::with(options, |builder| builder);
    let mut client = server.delta().await;
    client.subscribe(&TypeUrl::ENDPOINT, &["x".repeat(2000).as_str()]);
    assert_eq!(client.try_receive().await.map_err(code).err(), Some(Code::ResourceExhausted));
}

#[tokio::test(start_paused = true)]
async fn a_stream_ends_in_order_when_it_is_old() {
    let mut options = Options::default();
    options.max_connection_age = Duration::from_secs(10)..=Duration::from_secs(20);
    let server = Running::with(options, |builder| builder);
    publish(&server.store, &[(&TypeUrl::CLUSTER, "x", "1")]);
    let start = tokio::time::Instant::now();
    let mut client = server.delta().await;
    client.subscribe(&TypeUrl::CLUSTER, &[]);
    client.accept(&TypeUrl::CLUSTER).await;
    while start.elapsed() < Duration::from_secs(9) {
        assert!(client.is_quiet().await);
    }
    let end = client.try_receive().await;
    assert!(matches!(end, Ok(None)), "ends without an error: {end:?}");
    assert!(start.elapsed() < Duration::from_secs(21));
    server.heard.wait_for("disconnected node-1").await;
}

#[tokio::test(start_paused = true)]
async fn a_client_that_says_nothing_is_not_waited_for_forever() {
    let server = Running::start();
    let mut client = Delta::anonymous(server.connect().await).await;
    assert_eq!(client.try_receive().await.map_err(code).err(), Some(Code::DeadlineExceeded));
}

#[tokio::test(start_paused = true)]
async fn a_server_that_stops_ends_its_streams_and_then_itself() {
    let mut server = Running::start();
    publish(&server.store, &[(&TypeUrl::CLUSTER, "x", "1")]);
    let mut client = server.delta().await;
    client.subscribe(&TypeUrl::CLUSTER, &[]);
    client.accept(&TypeUrl::CLUSTER).await;
    server.stop();
    assert!(matches!(client.try_receive().await, Ok(None)));
    let heard = server.heard.clone();
    server.stopped().await;
    heard.wait_for("disconnected node-1").await;
}

#[tokio::test(start_paused = true)]
async fn a_node_keeps_what_it_has_while_its_group_is_gone() {
    let server = Running::start();
    publish(&server.store, &[(&TypeUrl::CLUSTER, "x", "1"), (&TypeUrl::CLUSTER, "y", "1")]);
    let mut client = server.delta().await;
    client.subscribe(&TypeUrl::CLUSTER, &[]);
    client.accept(&TypeUrl::CLUSTER).await;
    for n in 2..5 {
        server.store.remove_group(&crate::support::group());
        assert!(client.is_quiet().await);
        publish(&server.store, &[(&TypeUrl::CLUSTER, "x", &n.to_string()), (&TypeUrl::CLUSTER, "y", "1")]);
        assert_eq!(client.accept(&TypeUrl::CLUSTER).await, format!("x={n}"));
    }
}

#[tokio::test(start_paused = true)]
async fn groups_are_apart() {
    let server = Running::start();
    publish(&server.store, &[(&TypeUrl::CLUSTER, "x", "1")]);
    let other = NodeGroup::from("ns/other");
    server.store.replace(&other, [(TypeUrl::CLUSTER, Arc::from("y"), crate::support::resource("2"))]);
    let mut client = Delta::anonymous(server.connect().await).await;
    client.send(DeltaDiscoveryRequest {
        node: Some(Node { id: "node-9".into(), cluster: "ns/other".into(), ..Default::default() }),
        ..delta_request(&TypeUrl::CLUSTER)
    });
    assert_eq!(client.accept(&TypeUrl::CLUSTER).await, "y=2");
}
