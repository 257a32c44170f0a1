//! What goes wrong shows in metrics: a panic of one unit, over HTTP, while every other route goes on.

#![expect(clippy::expect_used, reason = "samples are known to be right")]

use std::{
    collections::BTreeMap,
    net::{Ipv4Addr, SocketAddr},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use eg_diag::Diagnostic;
use eg_gatewayapi_translator::{Features, FilterCx, FilterSettings, FilterSpec, RouteFilter, RuleDraft};
use eg_ir::FeatureId;
use eg_resources::{AnyObject, BoxFuture, Decoder, SourceError, SourceId, StatusSink, StatusUpdate};
use eg_runtime::{Parts, Pipeline, Settings, SourceFactory, XdsEndpoint, XdsSecurity};
use eg_telemetry::Metrics;
use eg_testkit::{client::Request, deadline, memory::MemoryWorld};
use serde_json::json;
use tokio::net::TcpListener;

const PATIENCE: Duration = Duration::from_secs(20);

/// A vendor's filter that cannot stand one name.
struct Buggy;

impl RouteFilter for Buggy {
    fn id(&self) -> FeatureId {
        FeatureId::new("vendor.example/buggy")
    }

    fn apply(
        &self,
        _: &FilterCx<'_, '_>,
        filter: &FilterSpec<'_>,
        _: &mut RuleDraft,
        _: &mut Vec<Diagnostic>,
    ) -> bool {
        let FilterSettings::Extension(reference) = filter.settings else { return false };
        assert_ne!(reference.name, "bug", "a bug of the vendor");
        reference.group == "vendor.example"
    }
}

/// A class, a Gateway, and these routes with their generation and filter.
fn objects(routes: &[(&str, i64, &str)]) -> Vec<AnyObject> {
    let class = json!({
        "apiVersion": "gateway.networking.k8s.io/v1", "kind": "GatewayClass", "metadata": {"name": "eg"},
        "spec": {"controllerName": "gateway.envoyproxy.io/gatewayclass-controller"},
    });
    let gateway = json!({
        "apiVersion": "gateway.networking.k8s.io/v1", "kind": "Gateway",
        "metadata": {"name": "gw", "namespace": "default"},
        "spec": {"gatewayClassName": "eg", "listeners": [{"name": "http", "protocol": "HTTP", "port": 80}]},
    });
    let routes = routes.iter().map(|(name, generation, filter)| {
        let reference = json!({"group": "vendor.example", "kind": "Buggy", "name": filter});
        json!({
            "apiVersion": "gateway.networking.k8s.io/v1", "kind": "HTTPRoute",
            "metadata": {"name": name, "namespace": "default", "generation": generation},
            "spec": {"parentRefs": [{"name": "gw"}], "rules": [
                {"filters": [{"type": "ExtensionRef", "extensionRef": reference}]},
            ]},
        })
    });
    let decoder = Decoder::new();
    [class, gateway].into_iter().chain(routes).map(|one| decoder.decode(one).expect("an object")).collect()
}

/// The last status of each object, as JSON.
#[derive(Clone, Default)]
struct Statuses(Arc<Mutex<BTreeMap<String, (i64, String)>>>);

impl Statuses {
    fn of(&self, name: &str) -> (i64, String) {
        let statuses = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        statuses.get(&format!("HTTPRoute default/{name}")).cloned().unwrap_or_default()
    }
}

impl StatusSink for Statuses {
    fn write<'a>(&'a self, updates: &'a [StatusUpdate]) -> BoxFuture<'a, Result<(), SourceError>> {
        Box::pin(async move {
            let mut statuses = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            for update in updates {
                let status = serde_json::to_string(&update.status).unwrap_or_default();
                statuses.insert(update.object.to_string(), (update.generation, status));
            }
            Ok(())
        })
    }
}

/// Waits until the page has these lines.
async fn shows(page: SocketAddr, lines: &[&str]) {
    let ask = || async move {
        let text = match Request::get(page, "metrics", "/metrics").send().await {
            Ok(response) => String::from_utf8_lossy(&response.body).into_owned(),
            Err(error) => return Err(error.to_string()),
        };
        if lines.iter().all(|line| text.lines().any(|one| one == *line)) { Ok(()) } else { Err(text) }
    };
    deadline::poll(PATIENCE, ask).await.expect("the metrics");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_panic_of_one_unit_shows_in_its_status_and_a_metric_while_every_other_route_goes_on() {
    let (world, statuses, metrics) = (MemoryWorld::default(), Statuses::default(), Metrics::new());
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a port");
    let page = listener.local_addr().expect("an address");
    tokio::spawn(eg_telemetry::serve(listener, metrics.clone(), std::future::pending()));
    let watched = world.clone();
    let source: SourceFactory = Box::new(move || Box::new(watched.source("memory")));
    let parts = Parts {
        sources: vec![(SourceId::new("memory"), source)],
        statuses: vec![Arc::new(statuses.clone())],
        features: Features::default().with_route_filter(Buggy),
        metrics,
        ..Parts::default()
    };
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    let endpoint = XdsEndpoint { address, security: XdsSecurity::Plaintext };
    let pipeline = Pipeline::start(Settings::default(), parts, endpoint).await.expect("a control plane");

    world.replace(&objects(&[("mine", 1, "fine"), ("other", 1, "fine")]));
    pipeline.complete().await;
    shows(
        page,
        &[
            "eg_findings{fleet=\"default/gw\"} 0",
            "status_update_total{kind=\"HTTPRoute\",status=\"success\",reason=\"\"} 2",
        ],
    )
    .await;

    world.replace(&objects(&[("mine", 2, "bug"), ("other", 2, "fine")]));
    shows(
        page,
        &[
            "watchable_panics_recovered_total{runner=\"gateway-api\",message=\"http_route_lowered\"} 1",
            "watchable_subscribe_total{runner=\"gateway-api\",message=\"provider-resources\",status=\"failure\",reason=\"panic\"} 1",
        ],
    )
    .await;
    let told = || async {
        let (mine, other) = (statuses.of("mine"), statuses.of("other"));
        let right = mine.1.contains("a bug of the vendor") && other.0 == 2 && !other.1.contains("False");
        if right { Ok(()) } else { Err(format!("{mine:?} {other:?}")) }
    };
    deadline::poll(PATIENCE, told).await.expect("the statuses");
    pipeline.shutdown().await;
}
