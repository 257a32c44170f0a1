//! A changed bootstrap replaces the proxy without an interruption; an equal one does nothing; a bad one harms nobody.

use crate::fixture::{FixedAnswer, Host, bootstrap, eventually, free_port, get, ir, target};
use eg_infra::{BootstrapError, PortPlan, Provisioner};
use eg_ir::InfraIr;
use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};
use tokio::time::sleep;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_changed_bootstrap_replaces_the_proxy_and_no_request_fails() {
    let (host, port) = (Host::new(), free_port());
    host.serve("ns/gw", &FixedAnswer::new(port, "old")).await;
    let before = host.pids();

    let ended = Arc::new(AtomicBool::new(false));
    let traffic = tokio::spawn({
        let ended = Arc::clone(&ended);
        async move {
            let (mut answered, mut failed) = (0, 0);
            while !ended.load(Ordering::SeqCst) {
                match get(port).await {
                    Some(_) => answered += 1,
                    None => failed += 1,
                }
                sleep(Duration::from_millis(2)).await;
            }
            (answered, failed)
        }
    });
    host.apply("ns/gw", &FixedAnswer::new(port, "new")).await;
    eventually("only the new proxy is left", async || {
        let pids = host.pids();
        pids.len() == 1 && pids != before
    })
    .await;
    assert_eq!(get(port).await.unwrap(), "new");
    ended.store(true, Ordering::SeqCst);
    let (answered, failed) = traffic.await.unwrap();
    assert!(answered > 0);
    assert_eq!(failed, 0, "of {answered} requests");
    host.provisioner.shutdown().await;
}

#[tokio::test]
async fn an_equal_bootstrap_does_nothing() {
    let (host, port) = (Host::new(), free_port());
    host.serve("ns/gw", &FixedAnswer::new(port, "same")).await;
    let before = host.pids();
    let again = FixedAnswer::new(port, "same");
    host.apply("ns/gw", &again).await;
    // Once for the caller, once in comparison with the running proxy.
    again.rendered(2).await;
    // This one is looked at after the decision about the one before it.
    let once_more = FixedAnswer::new(port, "same");
    host.apply("ns/gw", &once_more).await;
    once_more.rendered(2).await;
    assert_eq!(host.pids(), before);
    host.provisioner.shutdown().await;
}

#[tokio::test]
async fn changed_arguments_replace_the_proxy() {
    let (host, port) = (Host::new(), free_port());
    let proxy = FixedAnswer::new(port, "x");
    host.serve("ns/gw", &proxy).await;
    let before = host.pids();
    let mut changed: InfraIr = ir(30);
    changed.proxy.log_levels.insert("upstream".into(), "debug".into());
    host.provisioner.apply(&target("ns/gw"), &changed, proxy).await.unwrap();
    eventually("only the new proxy is left", async || {
        let pids = host.pids();
        pids.len() == 1 && pids != before
    })
    .await;
    host.provisioner.shutdown().await;
}

#[tokio::test]
async fn a_bootstrap_that_envoy_refuses_leaves_the_old_proxy_serving() {
    let (host, port) = (Host::new(), free_port());
    let good = FixedAnswer::new(port, "good");
    host.serve("ns/gw", &good).await;
    let before = host.pids();
    let bad = |_: &PortPlan| Ok(b"{ \"no_such_field\": 1 }".to_vec());
    host.provisioner.apply(&target("ns/gw"), &ir(30), Arc::new(bad)).await.unwrap();
    let state = host.until("ns/gw", |state| state.problem.is_some()).await;
    assert_eq!(state.ready_replicas, 1);
    assert!(state.problem.as_ref().unwrap().contains("no_such_field"), "{state:?}");
    assert_eq!(get(port).await.unwrap(), "good");

    host.apply("ns/gw", &good).await;
    host.until("ns/gw", |state| state.problem.is_none() && state.ready_replicas == 1).await;
    eventually("the refused proxies are gone", async || host.pids() == before).await;
    host.provisioner.shutdown().await;
}

#[tokio::test]
async fn an_administration_port_that_the_user_chose_is_found_and_used_by_one_proxy_at_a_time() {
    let (host, port, admin) = (Host::new(), free_port(), free_port());
    let own = |text: &'static str| move |_: &PortPlan| Ok(bootstrap(admin, port, text).into_bytes());
    host.provisioner.apply(&target("ns/gw"), &ir(30), Arc::new(own("one"))).await.unwrap();
    host.until("ns/gw", |state| state.ready_replicas == 1).await;
    assert_eq!(get(port).await.unwrap(), "one");
    host.provisioner.apply(&target("ns/gw"), &ir(30), Arc::new(own("two"))).await.unwrap();
    eventually("the new proxy serves", async || get(port).await.is_some_and(|text| text == "two")).await;
    host.until("ns/gw", |state| state.ready_replicas == 1 && state.problem.is_none()).await;
    host.provisioner.shutdown().await;
    assert!(host.pids().is_empty());
}

#[tokio::test]
async fn a_bootstrap_that_cannot_be_made_is_refused_at_once() {
    let host = Host::new();
    let none = |_: &PortPlan| Err(BootstrapError { reason: "a patch does not fit".into() });
    let error = host.provisioner.apply(&target("ns/gw"), &ir(1), Arc::new(none)).await.unwrap_err();
    assert!(error.to_string().contains("a patch does not fit"), "{error}");
    assert!(!error.is_retryable());
    assert!(host.pids().is_empty());
}
