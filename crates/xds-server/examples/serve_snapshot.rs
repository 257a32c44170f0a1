//! Serves Envoy a hand-made snapshot: a listener that answers `/hello` itself and forwards the rest to a cluster.
//!
//! ```console
//! $ cargo run -p eg-xds-server --example serve_snapshot -- 127.0.0.1:18000 &
//! $ envoy -c crates/xds-server/examples/envoy.yaml &
//! $ curl localhost:10000/hello
//! ```
//!
//! With `--check` instead of an address it serves itself once over TCP, looks at the answer, and exits.

#![expect(clippy::print_stdout, reason = "an example talks to a terminal")]

use std::{error::Error, sync::Arc};

use eg_xds_server::{
    MemoryStore, Nack, NodeGroup, Resource, ResourceName, Server, StreamInfo, StreamObserver, TypeUrl,
    tonic::transport::Endpoint,
    xds_api::{
        json_to_encoded,
        pb::envoy::{
            config::core::v3::Node,
            service::discovery::v3::{
                DiscoveryRequest, aggregated_discovery_service_client::AggregatedDiscoveryServiceClient,
            },
        },
    },
};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio_stream::wrappers::TcpListenerStream;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// The `node.cluster` of the Envoys that get the snapshot.
pub(crate) const FLEET: &str = "example-fleet";

/// A listener at `port`, its routes, and a cluster at `backend`.
pub(crate) fn snapshot(port: u16, backend: (&str, u16)) -> Result<Vec<(TypeUrl, ResourceName, Resource)>> {
    let address = |host: &str, port: u16| json!({"socket_address": {"address": host, "port_value": port}});
    let listener = json!({
        "name": "http",
        "address": address("127.0.0.1", port),
        "filter_chains": [{"filters": [{
            "name": "envoy.filters.network.http_connection_manager",
            "typed_config": {
                "@type": "type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager",
                "stat_prefix": "http",
                "rds": {"route_config_name": "routes", "config_source": {"ads": {}, "resource_api_version": "V3"}},
                "http_filters": [{
                    "name": "envoy.filters.http.router",
                    "typed_config": {"@type": "type.googleapis.com/envoy.extensions.filters.http.router.v3.Router"},
                }],
            },
        }]}],
    });
    let routes = json!({
        "name": "routes",
        "virtual_hosts": [{"name": "all", "domains": ["*"], "routes": [
            {"match": {"path": "/hello"}, "direct_response": {"status": 200, "body": {"inline_string": "hello\n"}}},
            {"match": {"prefix": "/"}, "route": {"cluster": "backend"}},
        ]}],
    });
    let cluster = json!({
        "name": "backend",
        "type": "STATIC",
        "connect_timeout": "1s",
        "load_assignment": {
            "cluster_name": "backend",
            "endpoints": [{"lb_endpoints": [{"endpoint": {"address": address(backend.0, backend.1)}}]}],
        },
    });
    let resource = |url: TypeUrl, name: &str, json: &Value| -> Result<_> {
        let body = json_to_encoded(url.as_str(), json)?;
        Ok((url, name.into(), Resource::new(body)))
    };
    Ok(vec![
        resource(TypeUrl::LISTENER, "http", &listener)?,
        resource(TypeUrl::ROUTE, "routes", &routes)?,
        resource(TypeUrl::CLUSTER, "backend", &cluster)?,
    ])
}

/// Prints what Envoys say.
struct Print;

impl StreamObserver for Print {
    fn connected(&self, stream: &StreamInfo) {
        println!("{} connected", stream.node);
    }

    fn nacked(&self, stream: &StreamInfo, nack: &Nack) {
        println!("{} rejected {}: {}", stream.node, nack.type_url, nack.detail);
    }
}

#[allow(dead_code, reason = "a test borrows the snapshot and not the program")]
#[tokio::main]
async fn main() -> Result<()> {
    let argument = std::env::args().nth(1);
    let check = argument.as_deref() == Some("--check");
    let address = argument.filter(|_| !check).unwrap_or_else(|| "127.0.0.1:0".to_owned());

    let store = Arc::new(MemoryStore::new());
    store.replace(&NodeGroup::from(FLEET), snapshot(10_000, ("127.0.0.1", 8080))?);

    let listener = TcpListener::bind(address).await?;
    let address = listener.local_addr()?;
    println!("serving xDS at {address}");
    let server = Server::builder(store).observer(Print).build();
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let serving = tokio::spawn(async move {
        let shutdown = async {
            let _ = stopped.await;
        };
        server.serve(TcpListenerStream::new(listener), shutdown).await;
    });
    if check {
        let name = first_listener(&format!("http://{address}")).await?;
        println!("got {name}");
        drop(stop);
    }
    Ok(serving.await?)
}

/// Asks a server for listeners, as an Envoy would.
async fn first_listener(address: &str) -> Result<String> {
    let channel = Endpoint::from_shared(address.to_owned())?.connect().await?;
    let request = DiscoveryRequest {
        node: Some(Node { id: "check".into(), cluster: FLEET.into(), ..Default::default() }),
        type_url: TypeUrl::LISTENER.as_str().into(),
        ..Default::default()
    };
    let requests = tokio_stream::StreamExt::chain(tokio_stream::once(request), tokio_stream::pending());
    let mut client = AggregatedDiscoveryServiceClient::new(channel);
    let response = client.stream_aggregated_resources(requests).await?.into_inner().message().await?;
    let resource = response.and_then(|response| response.resources.into_iter().next());
    Ok(resource.ok_or("the server sent no listener")?.type_url)
}
