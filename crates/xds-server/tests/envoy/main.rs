//! A real Envoy on the other side.

#![expect(clippy::expect_used, reason = "a test that cannot go on fails")]

mod fixture;

/// The example's snapshot, so that what the documentation shows is what a test serves.
#[path = "../../examples/serve_snapshot.rs"]
mod serve_snapshot;

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use eg_xds_server::{Changes, MemoryStore, Resource, ResourceName, TypeUrl, xds_api::json_to_encoded};
use fixture::{Envoy, Plane, backend, eventually, get};
use serde_json::{Value, json};

const FLEET: &str = "ns/gw";

type Resources = Vec<(TypeUrl, ResourceName, Resource)>;

fn resource(url: &TypeUrl, json: &Value) -> Resource {
    Resource::new(json_to_encoded(url.as_str(), json).expect("the test's resources are valid"))
}

/// A cluster whose endpoints come on their own.
fn cluster(name: &str, timeout: &str) -> Value {
    json!({
        "name": name,
        "type": "EDS",
        "connect_timeout": timeout,
        "eds_cluster_config": {"eds_config": {"ads": {}, "resource_api_version": "V3"}},
    })
}

fn endpoints(name: &str, port: u16) -> Value {
    let address = json!({"socket_address": {"address": "127.0.0.1", "port_value": port}});
    json!({"cluster_name": name, "endpoints": [{"lb_endpoints": [{"endpoint": {"address": address}}]}]})
}

fn routes(to: &BTreeMap<&str, &str>) -> Value {
    let routes: Vec<_> = to
        .iter()
        .map(|(path, cluster)| json!({"match": {"path": path}, "route": {"cluster": cluster}}))
        .collect();
    json!({"name": "routes", "virtual_hosts": [{"name": "all", "domains": ["*"], "routes": routes}]})
}

/// The example's listener, with `/` sent to the cluster `name`.
fn forward(name: &str, port: u16) -> Resources {
    let mut all = serve_snapshot::snapshot(0, ("127.0.0.1", port)).expect("the example is valid");
    all.retain(|(url, ..)| *url == TypeUrl::LISTENER);
    let route = routes(&BTreeMap::from([("/", name)]));
    all.push((TypeUrl::ROUTE, "routes".into(), resource(&TypeUrl::ROUTE, &route)));
    all.push((TypeUrl::CLUSTER, name.into(), resource(&TypeUrl::CLUSTER, &cluster(name, "1s"))));
    all.push((TypeUrl::ENDPOINT, name.into(), resource(&TypeUrl::ENDPOINT, &endpoints(name, port))));
    all
}

#[tokio::test]
async fn the_example_works() {
    let plane = Plane::start(serve_snapshot::FLEET);
    let backend = backend("backend").await;
    plane.store.replace(&plane.group, serve_snapshot::snapshot(0, ("127.0.0.1", backend)).expect("is valid"));
    for api_type in ["DELTA_GRPC", "GRPC"] {
        let envoy = Envoy::start(&plane, api_type).await;
        let listener = envoy.listener("http").await;
        let hello = eventually("the listener accepts", async || get(listener, "/hello").await).await;
        assert_eq!(hello, (200, "hello\n".into()), "{api_type}");
        assert_eq!(get(listener, "/other").await, Some((200, "backend".into())), "{api_type}");
    }
    assert_eq!(plane.heard.rejections(), []);
}

/// Moves all traffic from cluster to cluster, each replacing the one before, while requests are made.
async fn requests_survive_moves(api_type: &str) {
    let plane = Plane::start(FLEET);
    let (one, two) = (backend("one").await, backend("two").await);
    plane.store.replace(&plane.group, forward("c0", one));
    let envoy = Envoy::start(&plane, api_type).await;
    let listener = envoy.listener("http").await;
    eventually("the first answer", async || get(listener, "/").await.filter(|(status, _)| *status == 200))
        .await;

    let stop = Arc::new(AtomicBool::new(false));
    let stopped = stop.clone();
    let load = tokio::spawn(async move {
        let (mut good, mut bad) = (0, Vec::new());
        while !stopped.load(Ordering::SeqCst) {
            match get(listener, "/").await {
                Some((200, _)) => good += 1,
                other => bad.push(other),
            }
        }
        (good, bad)
    });
    for n in 1..20 {
        let (name, port) = (format!("c{n}"), if n % 2 == 0 { one } else { two });
        let next = forward(&name, port);
        plane.store.replace(&plane.group, next);
        let expected = if n % 2 == 0 { "one" } else { "two" };
        eventually("traffic moves", async || get(listener, "/").await.filter(|(_, text)| text == expected))
            .await;
    }
    eventually("old clusters are gone", async || {
        let clusters = envoy.clusters().await?;
        (clusters.iter().filter(|name| name.starts_with('c')).eq(["c19"])).then_some(())
    })
    .await;
    stop.store(true, Ordering::SeqCst);
    let (good, bad) = load.await.expect("the load does not panic");
    assert!(bad.is_empty(), "of {good} requests {} failed: {:?}", bad.len(), bad.first());
    assert_eq!(plane.heard.rejections(), []);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_request_fails_while_traffic_moves_on_a_delta_stream() {
    requests_survive_moves("DELTA_GRPC").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_request_fails_while_traffic_moves_on_a_state_of_the_world_stream() {
    requests_survive_moves("GRPC").await;
}

#[tokio::test]
async fn a_changed_cluster_warms_at_once_because_its_endpoints_are_sent_again() {
    let plane = Plane::start(FLEET);
    let port = backend("one").await;
    for api_type in ["DELTA_GRPC", "GRPC"] {
        plane.store.replace(&plane.group, forward("c", port));
        let envoy = Envoy::start(&plane, api_type).await;
        let listener = envoy.listener("http").await;
        eventually("an answer", async || get(listener, "/").await.filter(|(status, _)| *status == 200)).await;
        let changed =
            resource(&TypeUrl::CLUSTER, &cluster("c", if api_type == "GRPC" { "2s" } else { "3s" }));
        let start = Instant::now();
        plane.store.update(&plane.group, Changes::default().upsert(TypeUrl::CLUSTER, "c", changed.clone()));
        eventually("the changed cluster is accepted, and so it is warm", async || {
            plane.heard.accepted(&TypeUrl::CLUSTER, &changed).then_some(())
        })
        .await;
        let waited = start.elapsed();
        assert!(waited < Duration::from_secs(5), "{api_type}: warming took {waited:?}, as long as a timeout");
    }
}

#[tokio::test]
async fn a_rejection_is_reported_and_the_last_good_routes_stay() {
    let plane = Plane::start(FLEET);
    let port = backend("one").await;
    plane.store.replace(&plane.group, forward("c", port));
    let envoy = Envoy::start(&plane, "DELTA_GRPC").await;
    let listener = envoy.listener("http").await;
    eventually("an answer", async || get(listener, "/").await.filter(|(status, _)| *status == 200)).await;

    let mut bad = routes(&BTreeMap::from([("/", "c")]));
    bad["virtual_hosts"][0]["routes"][0] =
        json!({"match": {"safe_regex": {"regex": "(unclosed"}}, "route": {"cluster": "c"}});
    let publish = |json: &Value| {
        let route = resource(&TypeUrl::ROUTE, json);
        plane.store.update(&plane.group, Changes::default().upsert(TypeUrl::ROUTE, "routes", route));
    };
    publish(&bad);
    let rejections = eventually("Envoy rejects the route", async || {
        Some(plane.heard.rejections()).filter(|all| !all.is_empty())
    })
    .await;
    assert_eq!(rejections.len(), 1);
    let nack = &rejections[0];
    assert!(nack.isolated && nack.type_url == TypeUrl::ROUTE && &*nack.suspects[0].0 == "routes", "{nack:?}");
    assert!(nack.detail.contains("(unclosed"), "the words are Envoy's: {nack:?}");
    assert_eq!(get(listener, "/").await, Some((200, "one".into())), "the last good routes stay");

    publish(&routes(&BTreeMap::from([("/", "c"), ("/mended", "c")])));
    eventually("the mended route works", async || {
        get(listener, "/mended").await.filter(|(status, _)| *status == 200)
    })
    .await;
    assert_eq!(plane.heard.rejections().len(), 1, "the rejected version was not sent again");
}

#[tokio::test]
async fn an_envoy_that_has_everything_gets_nothing_from_a_restarted_control_plane() {
    for api_type in ["DELTA_GRPC", "GRPC"] {
        let mut plane = Plane::start(FLEET);
        let port = backend("one").await;
        plane.store.replace(&plane.group, forward("c", port));
        let envoy = Envoy::start(&plane, api_type).await;
        let listener = envoy.listener("http").await;
        eventually("an answer", async || get(listener, "/").await.filter(|(status, _)| *status == 200)).await;

        let store = MemoryStore::new();
        let again: Resources = forward("c", port).into_iter().rev().collect();
        store.replace(&plane.group, again);
        plane.restart(store).await;
        eventually("Envoy reconnects", async || {
            (plane.heard.streams.load(Ordering::SeqCst) > 0).then_some(())
        })
        .await;
        // Something new comes through, and it is all that comes.
        let route = resource(&TypeUrl::ROUTE, &routes(&BTreeMap::from([("/", "c"), ("/new", "c")])));
        plane.store.update(&plane.group, Changes::default().upsert(TypeUrl::ROUTE, "routes", route));
        eventually("the new route works", async || {
            get(listener, "/new").await.filter(|(status, _)| *status == 200)
        })
        .await;
        assert_eq!(plane.heard.resources_sent.load(Ordering::SeqCst), 1, "{api_type}");
    }
}
