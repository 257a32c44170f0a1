//! Make before break on aggregated delta streams.

use eg_xds_server::{
    Changes, Resource, TypeUrl, Version,
    xds_api::pb::envoy::config::cluster::v3::{Cluster, cluster::EdsClusterConfig},
};

use crate::support::{QUIET, Running, brief, group, publish, remove, resource};

const CDS: TypeUrl = TypeUrl::CLUSTER;
const EDS: TypeUrl = TypeUrl::ENDPOINT;
const SDS: TypeUrl = TypeUrl::SECRET;
const LDS: TypeUrl = TypeUrl::LISTENER;
const RDS: TypeUrl = TypeUrl::ROUTE;

/// A client that has one of each and has acknowledged all.
async fn settled(server: &Running) -> crate::support::Delta {
    let all = [&CDS, &EDS, &SDS, &LDS, &RDS];
    publish(&server.store, &all.map(|url| (url, "x", "1")));
    let mut client = server.delta().await;
    for url in all {
        client.subscribe(url, &["*"]);
        assert_eq!(client.accept(url).await, "x=1");
    }
    client
}

#[tokio::test(start_paused = true)]
async fn additions_come_in_order_whatever_the_order_of_requests() {
    let server = Running::start();
    let mut client = server.delta().await;
    for url in
        [&TypeUrl::VIRTUAL_HOST, &RDS, &LDS, &TypeUrl::EXTENSION_CONFIG, &SDS, &EDS, &CDS, &TypeUrl::RUNTIME]
    {
        client.subscribe(url, &[]);
    }
    assert!(client.is_quiet().await);
    let order =
        [&TypeUrl::RUNTIME, &CDS, &EDS, &SDS, &TypeUrl::EXTENSION_CONFIG, &LDS, &RDS, &TypeUrl::VIRTUAL_HOST];
    publish(&server.store, &order.map(|url| (url, "x", "1")));
    for url in order {
        assert_eq!(client.accept(url).await, "x=1");
    }
}

#[tokio::test(start_paused = true)]
async fn routes_and_listeners_wait_for_clusters_but_endpoints_do_not() {
    let server = Running::start();
    let mut client = settled(&server).await;
    publish(&server.store, &[CDS, EDS, SDS, LDS, RDS].each_ref().map(|url| (url, "y", "1")));
    let clusters = client.receive().await;
    assert_eq!(clusters.type_url, CDS.as_str());
    assert_eq!(client.accept(&EDS).await, "y=1", "a warming cluster needs its endpoints");
    assert_eq!(client.accept(&SDS).await, "y=1");
    assert!(client.is_quiet().await, "the cluster is still warming");
    client.subscribe(&EDS, &["y"]);
    assert_eq!(client.accept(&EDS).await, "y=1", "a question is answered at once");
    client.ack(&clusters);
    let listeners = client.receive().await;
    assert_eq!(listeners.type_url, LDS.as_str());
    assert!(client.is_quiet().await, "the listener is not acknowledged");
    client.ack(&listeners);
    assert_eq!(client.accept(&RDS).await, "y=1");
}

#[tokio::test(start_paused = true)]
async fn a_cluster_that_never_warms_holds_routes_up_for_a_limited_time() {
    let server = Running::start();
    let mut client = settled(&server).await;
    let start = tokio::time::Instant::now();
    publish(&server.store, &[(&CDS, "y", "1"), (&RDS, "y", "1")]);
    let stuck = client.receive().await;
    assert_eq!(client.accept(&RDS).await, "y=1");
    let waited = start.elapsed();
    let limit = eg_xds_server::Options::default().warm_up_timeout;
    assert!(waited >= limit && waited < limit + QUIET, "{waited:?}");
    publish(&server.store, &[(&RDS, "y", "2")]);
    assert_eq!(client.accept(&RDS).await, "y=2", "while it is stuck nothing waits again");
    client.ack(&stuck);
}

#[tokio::test(start_paused = true)]
async fn clusters_that_change_all_the_time_do_not_starve_routes() {
    let server = Running::start();
    let mut client = settled(&server).await;
    publish(&server.store, &[(&CDS, "y", "0"), (&RDS, "y", "needs y=0")]);
    let (mut accepted, mut routes) = (String::new(), 0);
    for n in 1..30 {
        let response = client.receive().await;
        publish(&server.store, &[(&CDS, "y", &n.to_string()), (&RDS, "y", &format!("needs y={n}"))]);
        client.ack(&response);
        if response.type_url == CDS.as_str() {
            accepted = brief(&response);
        } else {
            assert_eq!(brief(&response), format!("y=needs {accepted}"));
            routes += 1;
        }
    }
    assert!(routes >= 8, "{routes} of 29 responses were routes");
}

#[tokio::test(start_paused = true)]
async fn removals_wait_until_what_used_them_is_acknowledged() {
    let server = Running::start();
    let mut client = settled(&server).await;
    publish(&server.store, &[(&RDS, "x", "uses nothing")]);
    let swap = Changes::default().remove(CDS, "x").remove(EDS, "x").remove(SDS, "x").upsert(
        LDS,
        "x",
        resource("uses nothing"),
    );
    server.store.update(&group(), swap);
    let mut waiting = vec![client.receive().await];
    client.ack(&waiting.remove(0));
    let last = client.receive().await;
    assert!([LDS.as_str(), RDS.as_str()].contains(&&*last.type_url), "{}", last.type_url);
    for _ in 0..5 {
        assert!(client.is_quiet().await, "not all users are acknowledged");
    }
    let start = tokio::time::Instant::now();
    client.ack(&last);
    for url in [&CDS, &EDS, &SDS] {
        assert_eq!(client.accept(url).await, "-x");
    }
    assert!(start.elapsed() >= eg_xds_server::Options::default().removal_delay);
}

#[tokio::test(start_paused = true)]
async fn a_rejected_route_keeps_what_its_last_good_form_uses() {
    let server = Running::start();
    let mut client = settled(&server).await;
    let swap = Changes::default().remove(CDS, "x").upsert(RDS, "x", resource("bad"));
    server.store.update(&group(), swap);
    let bad = client.receive().await;
    client.nack(&bad, "bad route");
    for _ in 0..5 {
        assert!(client.is_quiet().await, "the old route still uses the cluster");
    }
    publish(&server.store, &[(&RDS, "x", "good")]);
    assert_eq!(client.accept(&RDS).await, "x=good");
    assert_eq!(client.accept(&CDS).await, "-x");
}

#[tokio::test(start_paused = true)]
async fn a_cluster_that_returns_while_its_removal_waits_is_not_sent() {
    let server = Running::start();
    let mut client = settled(&server).await;
    publish(&server.store, &[(&RDS, "x", "2")]);
    remove(&server.store, &[(&CDS, "x")]);
    let route = client.receive().await;
    assert_eq!(route.type_url, RDS.as_str());
    publish(&server.store, &[(&CDS, "x", "1")]);
    client.ack(&route);
    for _ in 0..3 {
        assert!(client.is_quiet().await, "the client has had it all the time");
    }
    remove(&server.store, &[(&CDS, "x")]);
    publish(&server.store, &[(&CDS, "x", "2")]);
    assert_eq!(client.accept(&CDS).await, "x=2");
}

#[tokio::test(start_paused = true)]
async fn a_reconnecting_client_keeps_clusters_until_its_routes_have_moved() {
    let server = Running::start();
    publish(&server.store, &[(&CDS, "new", "1"), (&RDS, "r", "to new")]);
    let (old, route) = (Version::of(b"1").to_string(), Version::of(b"to old").to_string());
    let mut client = server.delta().await;
    client.resume(&CDS, &["*"], &[("old", &old)]);
    client.resume(&RDS, &["r"], &[("r", &route)]);
    assert_eq!(client.accept(&CDS).await, "new=1");
    let route = client.receive().await;
    assert_eq!(brief(&route), "r=to new");
    for _ in 0..3 {
        assert!(client.is_quiet().await);
    }
    client.ack(&route);
    assert_eq!(client.accept(&CDS).await, "-old");
}

#[tokio::test(start_paused = true)]
async fn a_client_without_routes_has_clusters_removed() {
    let server = Running::start();
    publish(&server.store, &[(&CDS, "a", "1")]);
    let mut client = server.delta().await;
    client.subscribe(&CDS, &[]);
    assert_eq!(client.accept(&CDS).await, "a=1");
    remove(&server.store, &[(&CDS, "a")]);
    assert_eq!(client.accept(&CDS).await, "-a");
}

#[tokio::test(start_paused = true)]
async fn endpoints_of_a_changed_cluster_are_sent_again_under_the_name_it_asks_for() {
    let server = Running::start();
    let cluster = |service: &str, alt: &str| {
        Resource::encode(&Cluster {
            eds_cluster_config: Some(EdsClusterConfig { service_name: service.into(), ..Default::default() }),
            alt_stat_name: alt.into(),
            ..Default::default()
        })
    };
    let publish_clusters = |alt: &str| {
        let changes =
            Changes::default().upsert(CDS, "a", cluster("", alt)).upsert(CDS, "b", cluster("service", alt));
        server.store.update(&group(), changes);
    };
    publish(&server.store, &[(&EDS, "a", "1"), (&EDS, "b", "1"), (&EDS, "c", "1"), (&EDS, "service", "1")]);
    publish_clusters("old");
    let mut client = server.delta().await;
    client.subscribe(&CDS, &[]);
    client.accept(&CDS).await;
    client.subscribe(&EDS, &["a", "c", "service"]);
    client.accept(&EDS).await;
    publish_clusters("new");
    let warming = client.receive().await;
    assert_eq!(warming.type_url, CDS.as_str());
    assert_eq!(client.accept(&EDS).await, "a=1 service=1");
    client.ack(&warming);
    assert!(client.is_quiet().await);
}

#[tokio::test(start_paused = true)]
async fn a_rejection_of_what_is_no_longer_wanted_holds_nothing_back() {
    let server = Running::start();
    publish(&server.store, &[(&CDS, "a", "1"), (&RDS, "r", "bad")]);
    let mut client = server.delta().await;
    client.subscribe(&CDS, &[]);
    client.accept(&CDS).await;
    client.subscribe(&RDS, &["r"]);
    let bad = client.receive().await;
    client.unsubscribe(&RDS, &["r"]);
    client.nack(&bad, "bad route");
    remove(&server.store, &[(&CDS, "a")]);
    assert_eq!(client.accept(&CDS).await, "-a");
}
