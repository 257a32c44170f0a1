//! Demands: what translation needs and no object says, answered later by the outside world.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use eg_fetch::{Fetcher, HttpFetcher, HttpOptions};
use eg_resources::{AnyObject, Batch, Change, Decoder, Demand, OidcDiscovery, SourceId};
use eg_runtime::{Core, Event, Parts, Pipeline, Settings, SourceFactory, XdsEndpoint, XdsSecurity};
use eg_testkit::{
    deadline,
    document::{DocumentServer, Reply},
    memory::MemoryWorld,
};
use serde_json::json;

const PATIENCE: Duration = Duration::from_secs(10);
const NOW: i64 = 1_790_000_000;
const ISSUER: &str = "https://accounts.example.com";
const DOCUMENT: &str = r#"{"authorization_endpoint": "https://accounts.example.com/auth", "token_endpoint": "https://accounts.example.com/token"}"#;

fn object(json: serde_json::Value) -> AnyObject {
    Decoder::new().decode(json).expect("an object")
}

/// A class, and a Gateway for each policy.
fn gateway() -> Vec<AnyObject> {
    let class = object(json!({"apiVersion": "gateway.networking.k8s.io/v1", "kind": "GatewayClass",
        "metadata": {"name": "eg"},
        "spec": {"controllerName": "gateway.envoyproxy.io/gatewayclass-controller"}}));
    let gateway = |name| {
        object(json!({"apiVersion": "gateway.networking.k8s.io/v1", "kind": "Gateway",
            "metadata": {"name": name, "namespace": "default"},
            "spec": {"gatewayClassName": "eg", "listeners": [{"name": "http", "protocol": "HTTP", "port": 8080}]}}))
    };
    std::iter::once(class).chain(["p", "q", "r", "hung"].map(gateway)).collect()
}

/// A policy whose provider is named by its issuer alone, for the Gateway of its name.
fn policy(name: &str, issuer: &str) -> AnyObject {
    object(json!({"apiVersion": "gateway.envoyproxy.io/v1alpha1", "kind": "SecurityPolicy",
    "metadata": {"name": name, "namespace": "default"},
    "spec": {
        "targetRefs": [{"group": "gateway.networking.k8s.io", "kind": "Gateway", "name": name}],
        "oidc": {"provider": {"issuer": issuer}, "clientID": "me", "clientSecret": {"name": "secret"}},
    }}))
}

fn source() -> SourceId {
    SourceId::new("test")
}

fn change(change: Change) -> Event {
    Event::Batch { source: source(), batch: Batch::Changes(vec![change]) }
}

fn demand() -> Demand {
    Demand::OidcDiscovery(ISSUER.into())
}

fn answered() -> Event {
    Event::Answered { demand: demand(), answer: demand().read(DOCUMENT.as_bytes()) }
}

/// A core with these policies, and the effects of its first step.
fn core(policies: impl IntoIterator<Item = AnyObject>) -> (Core, eg_runtime::Effects) {
    let mut core = Core::new(Settings::default(), [source()]);
    let objects = gateway().into_iter().chain(policies).collect();
    let effects =
        core.step([Event::Tick(NOW), Event::Batch { source: source(), batch: Batch::Replace(objects) }]);
    (core, effects)
}

fn known(core: &Core) -> Option<Result<String, String>> {
    let fact = core.snapshot().get::<OidcDiscovery>("", ISSUER)?;
    Some(fact.outcome.clone().map(|provider| provider.token_endpoint))
}

#[test]
fn nothing_leaves_before_the_first_demands_are_answered() {
    let (mut core, effects) = core([policy("p", ISSUER)]);
    assert_eq!(effects.demand, [demand()]);
    assert!(effects.publish.is_empty() && effects.statuses.is_empty() && effects.apply.is_empty());
    assert!(!core.is_complete() && core.awaits_answers());
    let effects = core.step([answered()]);
    assert!(!effects.publish.is_empty() && !effects.statuses.is_empty() && !effects.apply.is_empty());
    assert!(core.is_complete() && effects.demand.is_empty());
    assert_eq!(known(&core), Some(Ok("https://accounts.example.com/token".to_owned())));
}

#[test]
fn a_failure_and_giving_up_let_everything_else_go_on() {
    let why = || Event::Answered { demand: demand(), answer: Err("no route to host".to_owned()) };
    for event in [why(), Event::StopWaiting] {
        let (mut core, _) = core([policy("p", ISSUER)]);
        let effects = core.step([event]);
        assert!(!effects.publish.is_empty() && core.is_complete());
    }
}

#[test]
fn what_is_known_survives_a_failure() {
    let (mut core, _) = core([policy("p", ISSUER)]);
    core.step([answered()]);
    core.step([Event::Answered { demand: demand(), answer: Err("no route to host".to_owned()) }]);
    assert!(known(&core).is_some_and(|known| known.is_ok()));
}

#[test]
fn a_later_demand_holds_back_nothing() {
    let (mut core, effects) = core([]);
    assert!(!effects.publish.is_empty());
    let effects = core.step([change(Change::Upsert(policy("p", ISSUER)))]);
    assert_eq!(effects.demand, [demand()]);
    assert!(core.is_complete());
}

#[test]
fn a_demand_is_one_however_many_have_it_and_ends_with_the_last() {
    let (mut core, effects) = core([policy("p", ISSUER), policy("q", ISSUER)]);
    assert_eq!(effects.demand.len(), 1);
    core.step([answered()]);
    let effects = core.step([change(Change::Remove(policy("p", ISSUER).key().clone()))]);
    assert!(effects.undemand.is_empty());
    let effects = core.step([change(Change::Remove(policy("q", ISSUER).key().clone()))]);
    assert_eq!(effects.undemand, [demand()]);
    // An answer that comes too late is nothing; what was known is forgotten with the next step.
    core.step([answered()]);
    assert_eq!(known(&core), None);
    // Who asks again starts anew.
    let effects = core.step([change(Change::Upsert(policy("p", ISSUER)))]);
    assert_eq!(effects.demand, [demand()]);
}

#[test]
fn who_says_both_endpoints_asks_nobody() {
    let mut said = policy("p", ISSUER).to_json();
    said["apiVersion"] = "gateway.envoyproxy.io/v1alpha1".into();
    said["kind"] = "SecurityPolicy".into();
    said["spec"]["oidc"]["provider"]["authorizationEndpoint"] = "https://a.example/auth".into();
    said["spec"]["oidc"]["provider"]["tokenEndpoint"] = "https://a.example/token".into();
    let (core, effects) = core([object(said)]);
    assert!(effects.demand.is_empty() && core.is_complete());
}

/// A control plane with these policies.
async fn start(policies: Vec<AnyObject>) -> (MemoryWorld, Pipeline) {
    let world = MemoryWorld::new(gateway().into_iter().chain(policies));
    let watched = world.clone();
    let factory: SourceFactory = Box::new(move || Box::new(watched.source("test")));
    let options = HttpOptions { time_limit: Duration::from_secs(2), ..HttpOptions::default() };
    let fetcher: Arc<dyn Fetcher> = Arc::new(HttpFetcher::new(options));
    let parts = Parts { sources: vec![(source(), factory)], fetchers: vec![fetcher], ..Parts::default() };
    let endpoint = XdsEndpoint { address: ([127, 0, 0, 1], 0).into(), security: XdsSecurity::Plaintext };
    (world, Pipeline::start(Settings::default(), parts, endpoint).await.expect("a control plane"))
}

async fn complete(pipeline: &Pipeline) {
    tokio::time::timeout(PATIENCE, pipeline.complete()).await.expect("the first state is complete");
}

/// Waits until the server was asked for this path so many times.
async fn asked(server: &DocumentServer, path: &str, times: usize) {
    let enough = || async {
        let calls = server.calls();
        let found = calls.iter().filter(|call| call.starts_with(path)).count();
        if found >= times { Ok(()) } else { Err(calls) }
    };
    deadline::poll(PATIENCE, enough).await.expect("the server is asked");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_thing_is_asked_once() {
    let server = DocumentServer::start(|_| Reply::Answer(200, DOCUMENT.into())).await.expect("a server");
    let (world, pipeline) = start(vec![policy("p", &server.url(""))]).await;
    complete(&pipeline).await;
    // An edit of something else asks nobody again.
    world.change(&[Change::Upsert(policy("q", &server.url("")))]);
    world.change(&[Change::Upsert(policy("r", &server.url("/other")))]);
    asked(&server, "/other", 1).await;
    assert_eq!(server.calls().len(), 2, "{:?}", server.calls());
    pipeline.shutdown().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_failure_is_tried_again_until_there_is_an_answer() {
    let failures = Arc::new(AtomicUsize::new(2));
    let left = Arc::clone(&failures);
    let server = DocumentServer::start(move |_| {
        match left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1)) {
            Ok(_) => Reply::Answer(503, "busy".into()),
            Err(_) => Reply::Answer(200, DOCUMENT.into()),
        }
    });
    let server = server.await.expect("a server");
    let (_world, pipeline) = start(vec![policy("p", &server.url(""))]).await;
    // A failure is an answer of a kind: nobody waits for the next try.
    complete(&pipeline).await;
    asked(&server, "/", 3).await;
    pipeline.shutdown().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hung_server_delays_no_other_demand() {
    let server = DocumentServer::start(|path| {
        if path.starts_with("/hung") { Reply::Hang } else { Reply::Answer(200, DOCUMENT.into()) }
    });
    let server = server.await.expect("a server");
    let (world, pipeline) =
        start(vec![policy("hung", &server.url("/hung")), policy("p", &server.url("/p"))]).await;
    asked(&server, "/hung", 1).await;
    asked(&server, "/p", 1).await;
    world.change(&[Change::Upsert(policy("q", &server.url("/q")))]);
    asked(&server, "/q", 1).await;
    complete(&pipeline).await;
    pipeline.shutdown().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_removed_is_asked_no_more_and_a_restart_asks_again() {
    let server = DocumentServer::start(|_| Reply::Answer(503, "busy".into())).await.expect("a server");
    let gone = policy("p", &server.url("/gone"));
    let (world, pipeline) = start(vec![gone.clone(), policy("q", &server.url("/stays"))]).await;
    asked(&server, "/gone", 1).await;
    world.change(&[Change::Remove(gone.key().clone())]);
    asked(&server, "/stays", 3).await;
    let before = server.calls().iter().filter(|call| call.starts_with("/gone")).count();
    assert!(before < 3, "{:?}", server.calls());
    pipeline.shutdown().await;

    server.rule(|_| Reply::Answer(200, DOCUMENT.into()));
    let times = server.calls().iter().filter(|call| call.starts_with("/stays")).count();
    let (_world, pipeline) = start(vec![policy("q", &server.url("/stays"))]).await;
    complete(&pipeline).await;
    asked(&server, "/stays", times + 1).await;
    pipeline.shutdown().await;
}
