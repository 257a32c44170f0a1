//! State-of-the-world streams, corner by corner.

use eg_xds_server::{
    Changes, TypeUrl, Version, xds_api::pb::envoy::service::discovery::v3::DiscoveryRequest,
};

use crate::support::{Running, contents, group, publish, remove, resource};

const CDS: TypeUrl = TypeUrl::CLUSTER;
const EDS: TypeUrl = TypeUrl::ENDPOINT;
const LDS: TypeUrl = TypeUrl::LISTENER;
const RDS: TypeUrl = TypeUrl::ROUTE;

#[tokio::test(start_paused = true)]
async fn listeners_are_always_sent_as_a_whole() {
    let server = Running::start();
    publish(&server.store, &[(&LDS, "a", "a1"), (&LDS, "b", "b1")]);
    let mut client = server.sotw().await;
    client.subscribe(&LDS, &[], None);
    let (first, one) = client.accept(&LDS, &[]).await;
    assert_eq!(first, "a1 b1");
    publish(&server.store, &[(&LDS, "b", "b2")]);
    let (second, two) = client.accept(&LDS, &[]).await;
    assert_eq!(second, "a1 b2");
    assert_ne!(one.version_info, two.version_info);
    remove(&server.store, &[(&LDS, "a")]);
    assert_eq!(client.accept(&LDS, &[]).await.0, "b2");
    assert!(client.is_quiet().await, "an acknowledgement is not a question");
}

#[tokio::test(start_paused = true)]
async fn content_that_returns_before_it_was_seen_is_not_sent() {
    let server = Running::start();
    publish(&server.store, &[(&LDS, "a", "a1")]);
    let mut client = server.sotw().await;
    client.subscribe(&LDS, &[], None);
    let held = client.receive().await;
    publish(&server.store, &[(&LDS, "a", "a2")]);
    publish(&server.store, &[(&LDS, "a", "a1")]);
    client.subscribe(&LDS, &[], Some(&held));
    assert!(client.is_quiet().await);
}

#[tokio::test(start_paused = true)]
async fn an_empty_group_is_answered_with_an_empty_list() {
    let server = Running::start();
    server.store.update(&group(), Changes::default());
    let mut client = server.sotw().await;
    client.subscribe(&CDS, &[], None);
    let response = client.receive().await;
    assert!(response.resources.is_empty() && !response.version_info.is_empty());
}

#[tokio::test(start_paused = true)]
async fn named_types_send_only_what_changed() {
    let server = Running::start();
    publish(&server.store, &[(&EDS, "a", "a1"), (&EDS, "b", "b1"), (&EDS, "c", "c1")]);
    let mut client = server.sotw().await;
    client.subscribe(&EDS, &["a", "b", "missing"], None);
    assert_eq!(client.accept(&EDS, &["a", "b", "missing"]).await.0, "a1 b1");
    publish(&server.store, &[(&EDS, "b", "b2"), (&EDS, "c", "c2")]);
    assert_eq!(client.accept(&EDS, &["a", "b", "missing"]).await.0, "b2");
    publish(&server.store, &[(&EDS, "missing", "m1")]);
    assert_eq!(client.accept(&EDS, &["a", "b", "missing"]).await.0, "m1");
}

#[tokio::test(start_paused = true)]
async fn added_names_are_answered_and_dropped_names_are_not() {
    let server = Running::start();
    publish(&server.store, &[(&EDS, "a", "a1"), (&EDS, "b", "b1")]);
    let mut client = server.sotw().await;
    client.subscribe(&EDS, &["a"], None);
    let (_, last) = client.accept(&EDS, &["a"]).await;
    client.subscribe(&EDS, &["a", "b"], Some(&last));
    let (sent, last) = client.accept(&EDS, &["a", "b"]).await;
    assert_eq!(sent, "b1");
    client.subscribe(&EDS, &["b"], Some(&last));
    assert!(client.is_quiet().await);
    publish(&server.store, &[(&EDS, "a", "a2")]);
    assert!(client.is_quiet().await);
}

#[tokio::test(start_paused = true)]
async fn a_re_subscription_is_always_answered() {
    let server = Running::start();
    publish(&server.store, &[(&EDS, "a", "a1"), (&EDS, "b", "b1")]);
    let mut client = server.sotw().await;
    client.subscribe(&EDS, &["a", "b"], None);
    let (_, last) = client.accept(&EDS, &["a", "b"]).await;
    client.subscribe(&EDS, &["a", "b"], Some(&last));
    let (again, last) = client.accept(&EDS, &["a", "b"]).await;
    assert_eq!(again, "a1 b1");
    assert!(client.is_quiet().await);
    client.subscribe(&EDS, &["a", "b"], Some(&last));
    assert_eq!(client.accept(&EDS, &["a", "b"]).await.0, "a1 b1");
}

#[tokio::test(start_paused = true)]
async fn a_name_added_with_an_acknowledgement_is_answered() {
    let server = Running::start();
    publish(&server.store, &[(&RDS, "a", "a1"), (&RDS, "b", "b1")]);
    let mut client = server.sotw().await;
    client.subscribe(&RDS, &["a"], None);
    let response = client.receive().await;
    client.subscribe(&RDS, &["a", "b"], Some(&response));
    assert_eq!(client.accept(&RDS, &["a", "b"]).await.0, "b1");
}

#[tokio::test(start_paused = true)]
async fn a_request_with_a_stale_nonce_is_ignored() {
    let server = Running::start();
    publish(&server.store, &[(&EDS, "a", "a1"), (&EDS, "b", "b1")]);
    let mut client = server.sotw().await;
    client.subscribe(&EDS, &["a"], None);
    let (_, first) = client.accept(&EDS, &["a"]).await;
    publish(&server.store, &[(&EDS, "a", "a2")]);
    let second = client.receive().await;
    client.subscribe(&EDS, &["b"], Some(&first));
    assert!(client.is_quiet().await, "written before the second response was seen");
    client.subscribe(&EDS, &["a", "b"], Some(&second));
    assert_eq!(client.accept(&EDS, &["a", "b"]).await.0, "b1");
}

#[tokio::test(start_paused = true)]
async fn a_reconnect_with_equal_content_gets_nothing() {
    let server = Running::start();
    publish(&server.store, &[(&CDS, "a", "a1"), (&EDS, "a", "e1"), (&EDS, "b", "e2")]);
    let mut client = server.sotw().await;
    client.subscribe(&CDS, &[], None);
    let clusters = client.accept(&CDS, &[]).await.1.version_info;
    client.subscribe(&EDS, &["a", "b"], None);
    let endpoints = client.accept(&EDS, &["a", "b"]).await.1.version_info;

    let replica = Running::start();
    publish(&replica.store, &[(&EDS, "b", "e2"), (&EDS, "a", "e1"), (&CDS, "a", "a1"), (&LDS, "l", "l1")]);
    let mut again = replica.sotw().await;
    again.resume(&CDS, &[], &clusters);
    again.resume(&EDS, &["a", "b"], &endpoints);
    assert!(again.is_quiet().await);
    publish(&replica.store, &[(&CDS, "b", "b1"), (&EDS, "b", "e3")]);
    assert_eq!(again.accept(&CDS, &[]).await.0, "a1 b1");
    assert_eq!(again.accept(&EDS, &["a", "b"]).await.0, "e3");
}

#[tokio::test(start_paused = true)]
async fn a_reconnect_with_other_content_gets_the_whole() {
    let server = Running::start();
    publish(&server.store, &[(&CDS, "a", "a1"), (&EDS, "a", "e1"), (&EDS, "b", "e2")]);
    let mut client = server.sotw().await;
    client.resume(&CDS, &[], &Version::of(b"something else").to_string());
    assert_eq!(client.accept(&CDS, &[]).await.0, "a1");
    client.resume(&EDS, &["a", "b"], "17");
    assert_eq!(client.accept(&EDS, &["a", "b"]).await.0, "e1 e2");
}

#[tokio::test(start_paused = true)]
async fn a_rejected_state_is_not_sent_again_until_it_changes() {
    let server = Running::start();
    publish(&server.store, &[(&LDS, "a", "bad"), (&LDS, "b", "b1")]);
    let mut client = server.sotw().await;
    client.subscribe(&LDS, &[], None);
    let response = client.receive().await;
    client.nack(&[], &response, "listener a: no");
    assert!(client.is_quiet().await);
    assert!(server.heard.wait_for("nacked").await.contains(r#"["a"] isolated=true listener a: no"#));
    publish(&server.store, &[(&LDS, "a", "good")]);
    assert_eq!(client.accept(&LDS, &[]).await.0, "good b1");
}

#[tokio::test(start_paused = true)]
async fn a_removed_cluster_stays_listed_until_its_users_are_gone() {
    let server = Running::start();
    publish(&server.store, &[(&CDS, "old", "old"), (&RDS, "r", "to old")]);
    let mut client = server.sotw().await;
    client.subscribe(&CDS, &[], None);
    assert_eq!(client.accept(&CDS, &[]).await.0, "old");
    client.subscribe(&RDS, &["r"], None);
    assert_eq!(client.accept(&RDS, &["r"]).await.0, "to old");
    let swap = Changes::default().upsert(CDS, "new", resource("new")).remove(CDS, "old").upsert(
        RDS,
        "r",
        resource("to new"),
    );
    server.store.update(&group(), swap);
    assert_eq!(client.accept(&CDS, &[]).await.0, "new old", "both, until the route has moved");
    let route = client.receive().await;
    assert_eq!(contents(&route), "to new");
    assert!(
        client.is_quiet().await && client.is_quiet().await && client.is_quiet().await,
        "not acknowledged yet"
    );
    client.subscribe(&RDS, &["r"], Some(&route));
    assert_eq!(client.accept(&CDS, &[]).await.0, "new");
}

#[tokio::test(start_paused = true)]
async fn rate_limit_configurations_are_served_like_any_type() {
    let server = Running::start();
    publish(&server.store, &[(&TypeUrl::RATE_LIMIT_CONFIG, "domain", "limits")]);
    let mut client = server.sotw().await;
    client.subscribe(&TypeUrl::RATE_LIMIT_CONFIG, &[], None);
    assert_eq!(client.accept(&TypeUrl::RATE_LIMIT_CONFIG, &[]).await.0, "limits");
}

#[tokio::test(start_paused = true)]
async fn names_replace_a_wildcard_and_no_names_mean_none_afterwards() {
    let server = Running::start();
    publish(&server.store, &[(&CDS, "a", "a1"), (&CDS, "b", "b1")]);
    let mut client = server.sotw().await;
    client.subscribe(&CDS, &[], None);
    client.accept(&CDS, &[]).await;
    publish(&server.store, &[(&CDS, "a", "a2")]);
    let response = client.receive().await;
    client.subscribe(&CDS, &["a"], Some(&response));
    let (sent, last) = client.accept(&CDS, &["a"]).await;
    assert_eq!(sent, "a2");
    client.subscribe(&CDS, &[], Some(&last));
    publish(&server.store, &[(&CDS, "a", "a3")]);
    assert!(client.is_quiet().await);
}

#[tokio::test(start_paused = true)]
async fn a_request_of_another_type_than_the_service_ends_the_stream() {
    let server = Running::start();
    let mut client = server.sotw().await;
    client.send(DiscoveryRequest::default());
    assert!(client.try_receive().await.is_err());
}
