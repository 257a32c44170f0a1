//! Delta streams, corner by corner, over in-memory connections.

use eg_xds_server::{
    Changes, TypeUrl, Version,
    tonic::Code,
    xds_api::pb::envoy::{config::core::v3::Node, service::discovery::v3::DeltaDiscoveryRequest},
};

use crate::support::{Delta, Running, brief, group, node, publish, remove, resource};

const CDS: TypeUrl = TypeUrl::CLUSTER;
const EDS: TypeUrl = TypeUrl::ENDPOINT;
const LDS: TypeUrl = TypeUrl::LISTENER;
const RDS: TypeUrl = TypeUrl::ROUTE;

#[tokio::test(start_paused = true)]
async fn a_wildcard_gets_everything_and_then_only_changes() {
    let server = Running::start();
    publish(&server.store, &[(&CDS, "a", "1"), (&CDS, "b", "1")]);
    let mut client = server.delta().await;
    client.subscribe(&CDS, &[]);
    assert_eq!(client.accept(&CDS).await, "a=1 b=1");
    publish(&server.store, &[(&CDS, "b", "2")]);
    assert_eq!(client.accept(&CDS).await, "b=2");
    remove(&server.store, &[(&CDS, "a")]);
    assert_eq!(client.accept(&CDS).await, "-a");
    assert!(client.is_quiet().await);
}

#[tokio::test(start_paused = true)]
async fn an_empty_group_is_answered_and_an_unpublished_one_waits() {
    let server = Running::start();
    let mut client = server.delta().await;
    client.subscribe(&LDS, &["*"]);
    assert!(client.is_quiet().await, "nothing is published yet");
    server.store.update(&group(), Changes::default());
    assert_eq!(client.accept(&LDS).await, "", "the node must know that it waits for nothing");
    assert!(client.is_quiet().await);
}

#[tokio::test(start_paused = true)]
async fn names_that_exist_and_that_do_not_are_answered() {
    let server = Running::start();
    publish(&server.store, &[(&EDS, "a", "1"), (&EDS, "other", "1")]);
    let mut client = server.delta().await;
    client.subscribe(&EDS, &["a", "missing"]);
    assert_eq!(client.accept(&EDS).await, "a=1 -missing");
    publish(&server.store, &[(&EDS, "missing", "1"), (&EDS, "other", "2")]);
    assert_eq!(client.accept(&EDS).await, "missing=1");
}

#[tokio::test(start_paused = true)]
async fn a_re_subscription_is_always_answered() {
    let server = Running::start();
    publish(&server.store, &[(&EDS, "a", "1"), (&EDS, "b", "1")]);
    let mut client = server.delta().await;
    client.subscribe(&EDS, &["a", "b"]);
    assert_eq!(client.accept(&EDS).await, "a=1 b=1");
    client.subscribe(&EDS, &["a"]);
    assert_eq!(client.accept(&EDS).await, "a=1");
    client.subscribe(&EDS, &["missing"]);
    assert_eq!(client.accept(&EDS).await, "-missing");
    client.subscribe(&EDS, &["missing"]);
    assert_eq!(client.accept(&EDS).await, "-missing");
}

#[tokio::test(start_paused = true)]
async fn an_unsubscribed_name_is_left_alone_until_it_is_asked_for_again() {
    let server = Running::start();
    publish(&server.store, &[(&EDS, "a", "1"), (&EDS, "b", "1")]);
    let mut client = server.delta().await;
    client.subscribe(&EDS, &["a", "b"]);
    assert_eq!(client.accept(&EDS).await, "a=1 b=1");
    client.unsubscribe(&EDS, &["a"]);
    publish(&server.store, &[(&EDS, "a", "2")]);
    assert!(client.is_quiet().await);
    client.subscribe(&EDS, &["a"]);
    assert_eq!(client.accept(&EDS).await, "a=2");
}

#[tokio::test(start_paused = true)]
async fn a_name_dropped_under_a_wildcard_is_sent_again() {
    let server = Running::start();
    publish(&server.store, &[(&CDS, "a", "1")]);
    let mut client = server.delta().await;
    client.subscribe(&CDS, &["*", "a", "b"]);
    assert_eq!(client.accept(&CDS).await, "a=1 -b");
    client.unsubscribe(&CDS, &["a", "b"]);
    assert_eq!(client.accept(&CDS).await, "a=1 -b");
    client.unsubscribe(&CDS, &["*"]);
    publish(&server.store, &[(&CDS, "a", "2")]);
    assert!(client.is_quiet().await);
    client.subscribe(&CDS, &["*"]);
    assert_eq!(client.accept(&CDS).await, "a=2");
}

#[tokio::test(start_paused = true)]
async fn a_reconnect_with_equal_content_gets_nothing() {
    let server = Running::start();
    publish(&server.store, &[(&CDS, "a", "1"), (&CDS, "b", "1"), (&EDS, "a", "1")]);
    let version = Version::of(b"1").to_string();
    let mut client = server.delta().await;
    client.resume(&CDS, &[], &[("a", &version), ("b", &version)]);
    client.resume(&EDS, &["a"], &[("a", &version)]);
    assert!(client.is_quiet().await);
    publish(&server.store, &[(&CDS, "b", "2")]);
    assert_eq!(client.accept(&CDS).await, "b=2");
}

#[tokio::test(start_paused = true)]
async fn a_reconnect_gets_what_changed_meanwhile() {
    let server = Running::start();
    publish(&server.store, &[(&CDS, "a", "1"), (&CDS, "b", "2"), (&CDS, "d", "1")]);
    let version = Version::of(b"1").to_string();
    let mut client = server.delta().await;
    let claims = [("a", version.as_str()), ("b", &version), ("c", &version), ("d", "not ours")];
    client.resume(&CDS, &[], &claims);
    assert_eq!(client.accept(&CDS).await, "b=2 d=1");
    assert_eq!(client.accept(&CDS).await, "-c");
}

#[tokio::test(start_paused = true)]
async fn changes_merge_while_a_client_is_slow() {
    let server = Running::start();
    publish(&server.store, &[(&CDS, "a", "0"), (&CDS, "b", "0")]);
    let mut client = server.delta().await;
    client.subscribe(&CDS, &[]);
    let slow = client.receive().await;
    for n in 1..100 {
        publish(&server.store, &[(&CDS, "a", &n.to_string())]);
    }
    publish(&server.store, &[(&CDS, "c", "gone before it was seen")]);
    remove(&server.store, &[(&CDS, "c")]);
    assert!(client.is_quiet().await, "one response at a time");
    client.ack(&slow);
    assert_eq!(client.accept(&CDS).await, "a=99");
    assert!(client.is_quiet().await);
}

#[tokio::test(start_paused = true)]
async fn a_stale_nonce_acknowledges_nothing() {
    let server = Running::start();
    publish(&server.store, &[(&CDS, "a", "1")]);
    let mut client = server.delta().await;
    client.subscribe(&CDS, &[]);
    let response = client.receive().await;
    let mut stale = response.clone();
    stale.nonce = "000000000099".into();
    client.ack(&stale);
    publish(&server.store, &[(&CDS, "a", "2")]);
    assert!(client.is_quiet().await);
    client.ack(&response);
    assert_eq!(client.accept(&CDS).await, "a=2");
}

#[tokio::test(start_paused = true)]
async fn a_rejected_version_is_not_sent_again_and_others_go_on() {
    let server = Running::start();
    publish(&server.store, &[(&RDS, "a", "1"), (&RDS, "b", "1")]);
    let mut client = server.delta().await;
    client.subscribe(&RDS, &["a", "b"]);
    assert_eq!(client.accept(&RDS).await, "a=1 b=1");
    publish(&server.store, &[(&RDS, "a", "bad")]);
    let bad = client.receive().await;
    client.nack(&bad, "no such thing");
    let heard = server.heard.wait_for("nacked").await;
    assert_eq!(heard, r#"nacked node-1 RouteConfiguration ["a"] isolated=true no such thing"#);
    assert!(client.is_quiet().await);
    publish(&server.store, &[(&RDS, "b", "2")]);
    assert_eq!(client.accept(&RDS).await, "b=2");
    publish(&server.store, &[(&RDS, "a", "good")]);
    assert_eq!(client.accept(&RDS).await, "a=good");
}

#[tokio::test(start_paused = true)]
async fn the_good_part_of_a_rejected_response_arrives_and_the_bad_is_found() {
    let server = Running::start();
    let names: Vec<String> = (0..8).map(|n| format!("r{n}")).collect();
    for name in &names {
        publish(&server.store, &[(&EDS, name, if name == "r5" { "bad" } else { "good" })]);
    }
    let mut client = server.delta().await;
    client.subscribe(&EDS, &names.iter().map(String::as_str).collect::<Vec<_>>());
    let mut accepted = Vec::new();
    while accepted.len() < 7 {
        let response = client.receive().await;
        if brief(&response).contains("bad") {
            client.nack(&response, "something is wrong");
        } else {
            accepted.extend(response.resources.iter().map(|resource| resource.name.clone()));
            client.ack(&response);
        }
    }
    accepted.sort_unstable();
    assert_eq!(accepted, names.iter().filter(|name| *name != "r5").cloned().collect::<Vec<_>>());
    let found = server.heard.wait_for("isolated=true").await;
    assert!(found.contains(r#"["r5"]"#), "{found}");
    publish(&server.store, &[(&EDS, "r5", "good")]);
    assert_eq!(client.accept(&EDS).await, "r5=good");
    assert!(client.is_quiet().await);
}

#[tokio::test(start_paused = true)]
async fn words_that_name_the_culprit_spare_the_search() {
    let server = Running::start();
    publish(&server.store, &[(&LDS, "ok", "1"), (&LDS, "bad", "1"), (&LDS, "fine", "1")]);
    let mut client = server.delta().await;
    client.subscribe(&LDS, &[]);
    let all = client.receive().await;
    client.nack(&all, "Error adding/updating listener(s) bad: port in use");
    assert_eq!(client.accept(&LDS).await, "fine=1 ok=1");
    assert!(client.is_quiet().await);
    assert!(server.heard.wait_for("nacked").await.contains(r#"["bad"] isolated=true"#));
}

#[tokio::test(start_paused = true)]
async fn a_node_without_id_is_refused() {
    let server = Running::start();
    publish(&server.store, &[(&CDS, "a", "1")]);
    for (node, expected) in [
        (None, Code::InvalidArgument),
        (Some(Node { id: String::new(), ..node() }), Code::InvalidArgument),
        (Some(Node { cluster: String::new(), ..node() }), Code::PermissionDenied),
    ] {
        let mut client = Delta::anonymous(server.connect().await).await;
        client.send(DeltaDiscoveryRequest { node, type_url: CDS.as_str().into(), ..Default::default() });
        let status = client.try_receive().await.expect_err("is refused");
        assert_eq!(status.code(), expected);
    }
    assert!(server.heard.all().is_empty(), "such a stream is never connected");
}

#[tokio::test(start_paused = true)]
async fn types_without_a_constant_are_served() {
    let server = Running::start();
    let custom = TypeUrl::from("type.example.com/some.Custom");
    server.store.update(&group(), Changes::default().upsert(custom.clone(), "x", resource("1")));
    let mut client = server.delta().await;
    client.subscribe(&custom, &["x"]);
    assert_eq!(client.accept(&custom).await, "x=1");
}

#[tokio::test(start_paused = true)]
async fn an_aggregated_request_without_a_type_ends_the_stream() {
    let server = Running::start();
    let mut client = server.delta().await;
    client.send(DeltaDiscoveryRequest::default());
    assert_eq!(client.try_receive().await.expect_err("is refused").code(), Code::InvalidArgument);
    server.heard.wait_for("disconnected node-1").await;
}
