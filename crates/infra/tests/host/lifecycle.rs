//! Proxies start, serve, are restarted, and end.

use crate::fixture::{
    Client, FixedAnswer, Host, eventually, free_port, get, ir, kill, options, signal, target, until,
};
use eg_infra::{
    InfraTarget, ProvisionError, Provisioner,
    host::{BinarySearch, HostError, HostProvisioner},
};
use eg_ir::InfraIr;
use futures_util::StreamExt;
use std::{sync::Arc, time::Duration};

#[tokio::test]
async fn a_fleet_starts_serves_and_reports() {
    let (host, port) = (Host::new(), free_port());
    host.serve("ns/gw", &FixedAnswer::new(port, "hello")).await;
    assert_eq!(get(port).await.unwrap(), "hello");
    let state = host.until("ns/gw", |_| true).await;
    assert_eq!(state.addresses, ["127.0.0.1"]);
    assert_eq!((state.desired_replicas, state.ready_replicas, state.problem), (1, 1, None));
    host.provisioner.shutdown().await;
}

#[tokio::test]
async fn addresses_that_the_user_asked_for_are_reported() {
    let host = Host::new();
    let ir = InfraIr { addresses: vec!["192.0.2.7".into()], ..ir(1) };
    let proxy = FixedAnswer::new(free_port(), "x");
    host.provisioner.apply(&target("ns/gw"), &ir, proxy).await.unwrap();
    assert_eq!(host.until("ns/gw", |_| true).await.addresses, ["192.0.2.7"]);
    host.provisioner.shutdown().await;
}

#[tokio::test]
async fn two_fleets_live_side_by_side() {
    let (host, one, two) = (Host::new(), free_port(), free_port());
    host.apply("ns/one", &FixedAnswer::new(one, "one")).await;
    host.apply("ns/two", &FixedAnswer::new(two, "two")).await;
    host.until("ns/one", |state| state.ready_replicas == 1).await;
    host.until("ns/two", |state| state.ready_replicas == 1).await;
    assert_eq!(get(one).await.unwrap(), "one");
    assert_eq!(get(two).await.unwrap(), "two");
    let InfraTarget::Proxy(first) = target("ns/one") else { panic!() };
    let InfraTarget::Proxy(second) = target("ns/two") else { panic!() };
    let (first, second) = (host.provisioner.ports(&first).unwrap(), host.provisioner.ports(&second).unwrap());
    assert_ne!(first.stats, second.stats);
    assert_ne!(first.ready, second.ready);

    host.provisioner.delete(&target("ns/one")).await.unwrap();
    assert!(get(one).await.is_none());
    assert_eq!(get(two).await.unwrap(), "two");
    host.provisioner.shutdown().await;
}

#[tokio::test]
async fn a_killed_proxy_is_started_again() {
    let (host, port) = (Host::new(), free_port());
    host.serve("ns/gw", &FixedAnswer::new(port, "hello")).await;
    let before = host.pids();
    assert_eq!(before.len(), 1);
    let observed = host.provisioner.observe();
    kill(before[0]);
    let (_, state) =
        until(observed, |(_, state)| state.as_ref().is_some_and(|state| state.ready_replicas == 0)).await;
    assert!(state.unwrap().problem.unwrap().contains("signal: 9"), "the report says how it ended");
    host.until("ns/gw", |state| state.ready_replicas == 1 && state.problem.is_none()).await;
    assert_eq!(get(port).await.unwrap(), "hello");
    assert_ne!(host.pids(), before);
    host.provisioner.shutdown().await;
}

#[tokio::test]
async fn a_proxy_that_hangs_is_killed_and_started_again() {
    let host = Host::with(|options| options.unresponsive_after = Duration::from_millis(100));
    let port = free_port();
    host.serve("ns/gw", &FixedAnswer::new(port, "hello")).await;
    let before = host.pids();
    let observed = host.provisioner.observe();
    signal(before[0], "-STOP");
    until(observed, |(_, state)| state.as_ref().is_some_and(|state| state.ready_replicas == 0)).await;
    host.until("ns/gw", |state| state.ready_replicas == 1 && state.problem.is_none()).await;
    assert_eq!(get(port).await.unwrap(), "hello");
    assert_ne!(host.pids(), before);
    host.provisioner.shutdown().await;
}

#[tokio::test]
async fn deletion_ends_the_proxy_and_is_idempotent() {
    let (host, port) = (Host::new(), free_port());
    host.serve("ns/gw", &FixedAnswer::new(port, "hello")).await;
    let mut observed = host.provisioner.observe();
    assert!(observed.next().await.unwrap().1.is_some());
    host.provisioner.delete(&target("ns/gw")).await.unwrap();
    assert!(host.pids().is_empty());
    assert!(get(port).await.is_none());
    assert_eq!(observed.next().await.unwrap(), (target("ns/gw"), None));
    host.provisioner.delete(&target("ns/gw")).await.unwrap();
    let left = std::fs::read_dir(host.home.path().join("runtime/fleets/ns_gw")).unwrap().count();
    assert_eq!(left, 0, "the bootstrap is removed with its proxy");
}

#[tokio::test]
async fn a_gateway_that_comes_back_while_its_fleet_drains_is_served_at_once() {
    let (host, port) = (Host::new(), free_port());
    host.serve("ns/gw", &FixedAnswer::new(port, "first")).await;
    let mut client = Client::connect(port).await.unwrap();
    assert!(client.answers("first").await);
    let target = target("ns/gw");
    let mut deletion = host.provisioner.delete(&target);
    // One look is enough for the deletion to begin; it cannot end while the client stays.
    assert!(futures_util::FutureExt::now_or_never(&mut deletion).is_none());
    host.serve("ns/gw", &FixedAnswer::new(port, "second")).await;
    assert_eq!(host.pids().len(), 2);
    drop(client);
    deletion.await.unwrap();
    assert_eq!(host.pids().len(), 1);
    assert_eq!(get(port).await.unwrap(), "second");
    host.provisioner.shutdown().await;
}

#[tokio::test]
async fn clients_may_finish_before_a_proxy_ends() {
    let (host, port) = (Host::new(), free_port());
    host.serve("ns/gw", &FixedAnswer::new(port, "hello")).await;
    let mut client = Client::connect(port).await.unwrap();
    assert!(client.answers("hello").await);
    let target = target("ns/gw");
    let mut deletion = host.provisioner.delete(&target);
    assert!(futures_util::FutureExt::now_or_never(&mut deletion).is_none());
    eventually("new clients are refused", async || Client::connect(port).await.is_err()).await;
    assert!(client.answers("hello").await, "the connection still serves");
    assert_eq!(host.pids().len(), 1);
    drop(client);
    deletion.await.unwrap();
    assert!(host.pids().is_empty());
}

#[tokio::test]
async fn clients_that_stay_are_cut_off_when_their_time_is_over() {
    let (host, port) = (Host::new(), free_port());
    let proxy = FixedAnswer::new(port, "hello");
    host.provisioner.apply(&target("ns/gw"), &ir(1), Arc::<FixedAnswer>::clone(&proxy)).await.unwrap();
    host.until("ns/gw", |state| state.ready_replicas == 1).await;
    let mut client = Client::connect(port).await.unwrap();
    assert!(client.answers("hello").await);
    host.provisioner.delete(&target("ns/gw")).await.unwrap();
    assert!(host.pids().is_empty());
    assert!(!client.answers("hello").await);
}

#[tokio::test]
async fn shutdown_leaves_no_child_and_refuses_new_fleets() {
    let host = Host::new();
    host.serve("ns/one", &FixedAnswer::new(free_port(), "one")).await;
    host.apply("ns/two", &FixedAnswer::new(free_port(), "two")).await;
    host.provisioner.shutdown().await;
    assert!(host.pids().is_empty());
    let late = host.provisioner.apply(&target("ns/three"), &ir(1), FixedAnswer::new(free_port(), "x")).await;
    assert!(matches!(late, Err(ProvisionError::Permanent(_))));
}

#[tokio::test]
async fn dropping_the_provisioner_leaves_no_child() {
    let Host { provisioner, home } = {
        let host = Host::new();
        host.serve("ns/gw", &FixedAnswer::new(free_port(), "x")).await;
        assert_eq!(host.pids().len(), 1);
        host
    };
    drop(provisioner);
    eventually("the end of the proxy", async || crate::fixture::pids(home.path()).is_empty()).await;
}

#[tokio::test]
async fn a_missing_executable_is_a_clear_error() {
    let home = tempfile::tempdir().unwrap();
    let mut options = options(home.path());
    options.binary = BinarySearch::default();
    let provisioner = HostProvisioner::new(options).unwrap();
    let error = provisioner.apply(&target("ns/gw"), &ir(1), FixedAnswer::new(1, "x")).await.unwrap_err();
    assert!(!error.is_retryable());
    let text = error.to_string();
    assert!(text.contains("no Envoy executable found") && text.contains("ENVOY_PATH"), "{text}");
}

#[tokio::test]
async fn the_rate_limit_service_does_not_run_on_a_host() {
    let host = Host::new();
    let refused = host.provisioner.apply(&InfraTarget::RateLimit, &ir(1), FixedAnswer::new(1, "x")).await;
    assert!(matches!(refused, Err(ProvisionError::Permanent(_))));
}

#[tokio::test]
async fn two_control_planes_do_not_share_a_directory() {
    let host = Host::new();
    let second = HostProvisioner::new(options(host.home.path()));
    assert!(matches!(second, Err(HostError::InUse { .. })));
}
