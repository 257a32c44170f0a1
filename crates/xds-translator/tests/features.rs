//! What an added feature can do, and what its failures cost.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::sync::Arc;

use eg_diag::{Code, Diagnostic, FieldPath};
use eg_ir::{
    Extension, FeatureId, Secret, XdsIr,
    cluster::{Cluster, Discovery, EndpointSet},
    features,
    listener::{HttpServer, Listener},
    route::{DirectResponse, HttpRoute, RouteAction, RoutePlace, RouteTable, VirtualHost},
};
use eg_xds_translator::{
    EMISSION_FAILED, Features, ResourceType, SecretsInDump, XdsModel, XdsTranslator,
    cluster::{ClusterDraft, ClusterFeature},
    http::{FilterChain, HttpFeature, ResourceSink, RouteCx, ServerCx},
    xds_api::pb::envoy::{
        config::{core::v3::HeaderValueOption, route::v3::Route},
        extensions::filters::http::buffer::v3::Buffer,
    },
};
use serde_json::{Value, json};

const GREETING: FeatureId = FeatureId::new("vendor.example/greeting");
static BAD_GREETING: Code = Code::error("bad-greeting", "Accepted", "Invalid");

/// A vendor's feature: a response header from a route's extension, a filter and a cluster where some route needs it.
struct Greeting;

impl HttpFeature for Greeting {
    fn id(&self) -> FeatureId {
        GREETING
    }

    fn filters(&self, cx: ServerCx<'_>, chain: &mut FilterChain) -> Result<(), Diagnostic> {
        if cx.server.needs.contains_key(&GREETING) {
            chain.add_disabled("vendor.example.greeting", &Buffer { max_request_bytes: Some(1) });
        }
        Ok(())
    }

    fn route(&self, cx: RouteCx<'_>, route: &mut Route) -> Result<(), Diagnostic> {
        let Some(Extension(config)) = cx.route.extensions.get(&GREETING) else {
            return Ok(());
        };
        let text = config["text"].as_str().ok_or_else(|| {
            Diagnostic::new(&BAD_GREETING, FieldPath::spec().field("text"), "a text is expected")
        })?;
        assert_ne!(text, "panic", "a bug of the vendor");
        route.response_headers_to_add.push(HeaderValueOption {
            header: Some(xds_api::pb::envoy::config::core::v3::HeaderValue {
                key: "x-greeting".to_owned(),
                value: text.to_owned(),
                ..Default::default()
            }),
            ..HeaderValueOption::default()
        });
        Ok(())
    }

    fn resources(&self, cx: ServerCx<'_>, out: &mut ResourceSink) -> Result<(), Diagnostic> {
        if cx.server.needs.contains_key(&GREETING) {
            let endpoints = EndpointSet { cluster: "greeter".into(), ..EndpointSet::default() };
            out.cluster(Cluster {
                name: "greeter".into(),
                discovery: Discovery::Dns(Arc::new(endpoints)),
                ..Cluster::default()
            });
            out.secret(Secret { name: "greeter-ca".into(), ..Secret::default() });
        }
        Ok(())
    }
}

/// A vendor's feature of clusters.
struct Named;

impl ClusterFeature for Named {
    fn id(&self) -> FeatureId {
        FeatureId::new("vendor.example/named")
    }

    fn cluster(&self, ir: &Cluster, draft: &mut ClusterDraft) -> Result<(), Diagnostic> {
        draft.cluster.alt_stat_name = format!("vendor.{}", ir.name);
        Ok(())
    }
}

fn translator() -> XdsTranslator {
    XdsTranslator::new(Features::default().with_http(Greeting).with_cluster(Named))
}

fn listener(needs: &[FeatureId]) -> Listener {
    let server = HttpServer {
        name: "web".into(),
        routes: "web".into(),
        needs: needs.iter().map(|id| (id.clone(), Vec::new())).collect(),
        ..HttpServer::default()
    };
    Listener {
        name: "web".into(),
        address: "0.0.0.0".into(),
        port: 80,
        http: Some(Arc::new(server)),
        ..Listener::default()
    }
}

/// A fleet with a route for each of these extensions.
fn fleet(greetings: &[Value]) -> XdsIr {
    let mut host = VirtualHost { name: "web/*".into(), domain: "*".into(), ..VirtualHost::default() };
    for (position, greeting) in (0..).zip(greetings) {
        let route = HttpRoute {
            name: format!("route-{position}").into(),
            action: RouteAction::DirectResponse(DirectResponse { status: 200, body: None }),
            extensions: [(GREETING, Extension(json!({ "text": greeting })))].into(),
            ..HttpRoute::default()
        };
        let place = RoutePlace { position: (position, 0), ..RoutePlace::default() };
        host.routes.insert(place.into(), Arc::new(route));
    }
    let mut table = RouteTable { name: "web".into(), ..RouteTable::default() };
    table.virtual_hosts.insert("*".into(), Arc::new(host));
    let mut ir = XdsIr::default();
    ir.routes.insert("web".into(), Arc::new(table));
    ir.listeners.insert("web".into(), Arc::new(listener(&[GREETING])));
    ir
}

fn routes(model: &XdsModel) -> Value {
    let dump = model.to_json(SecretsInDump::Redacted).unwrap();
    dump["routes"][0]["virtual_hosts"][0]["routes"].clone()
}

#[test]
fn the_registries_have_each_built_in_feature_once() {
    let built_in = Features::default();
    let (http, listener): (Vec<_>, Vec<_>) =
        (built_in.http_ids().collect(), built_in.listener_ids().collect());
    let cluster: Vec<_> = built_in.cluster_ids().collect();
    for feature in features::ALL {
        let times = |ids: &[FeatureId]| ids.iter().filter(|id| *id == feature).count();
        let times = (times(&http), times(&listener), times(&cluster));
        assert!(matches!(times, (1, 0 | 1, 0 | 1) | (0, 1, 0) | (0, 0, 1)), "{feature}: {times:?}");
    }
    assert!(http.iter().all(|id| features::ALL.contains(id)), "{http:?}");
}

#[test]
fn an_added_feature_changes_routes_and_clusters() {
    let model = translator().translate(&fleet(&[json!("hello")]));
    assert_eq!(routes(&model)[0]["response_headers_to_add"][0]["header"]["value"], "hello");
    let dump = model.to_json(SecretsInDump::Redacted).unwrap();
    assert_eq!(dump["clusters"][0]["alt_stat_name"], "vendor.greeter");
}

#[test]
fn an_added_filter_runs_before_the_router_where_it_is_needed() {
    let filters = |model: &XdsModel| {
        let dump = model.to_json(SecretsInDump::Redacted).unwrap();
        let listeners = dump["listeners"].as_array().unwrap();
        let web = listeners.iter().find(|listener| listener["name"] == "web").unwrap();
        web["default_filter_chain"]["filters"][0]["typed_config"]["http_filters"]
            .as_array()
            .unwrap()
            .iter()
            .map(|filter| filter["name"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    let mut ir = fleet(&[]);
    assert_eq!(
        filters(&translator().translate(&ir)),
        ["vendor.example.greeting", "envoy.filters.http.router"]
    );
    ir.listeners.insert("web".into(), Arc::new(listener(&[])));
    assert_eq!(filters(&translator().translate(&ir)), ["envoy.filters.http.router"]);
}

#[test]
fn what_a_filter_needs_comes_and_goes_with_the_need() {
    let needing = fleet(&[]);
    let mut session = translator().session();
    session.update(&needing);
    assert!(session.model().get(ResourceType::Cluster, "greeter").is_some());
    assert!(session.model().get(ResourceType::Secret, "greeter-ca").is_some());

    let mut without = needing.clone();
    without.listeners.insert("web".into(), Arc::new(listener(&[])));
    let delta = session.update(&without);
    assert_eq!(
        delta.removals,
        [(ResourceType::Cluster, "greeter".into()), (ResourceType::Secret, "greeter-ca".into())]
    );
    assert_eq!(session.model(), &translator().translate(&without));

    // A cluster of the IR wins over one of a feature, and the feature's is back when it is gone.
    let mut own = needing.clone();
    let cluster = Cluster { name: "greeter".into(), ..Cluster::default() };
    own.clusters.insert("greeter".into(), Arc::new(cluster));
    session.update(&own);
    assert_eq!(session.model(), &translator().translate(&own));
    session.update(&needing);
    assert_eq!(session.model(), &translator().translate(&needing));
}

#[test]
fn a_refused_extension_fails_closed_alone() {
    let model = translator().translate(&fleet(&[json!("hello"), json!(7)]));
    let statuses: Vec<_> = routes(&model)
        .as_array()
        .unwrap()
        .iter()
        .map(|route| route["direct_response"]["status"].clone())
        .collect();
    assert_eq!(statuses, [200, 500]);
    let findings: Vec<_> = model.findings().collect();
    assert_eq!(findings.len(), 1);
    assert_eq!(findings[0].diagnostic.code, &BAD_GREETING);
    assert_eq!(findings[0].node.route.as_deref(), Some("route-1/*"));
}

#[test]
fn a_panic_costs_its_route_alone() {
    let model = translator().translate(&fleet(&[json!("panic"), json!("hello")]));
    assert_eq!(routes(&model)[0]["direct_response"]["status"], 500);
    assert_eq!(routes(&model)[1]["direct_response"]["status"], 200);
    let codes: Vec<_> = model.findings().map(|finding| finding.diagnostic.code).collect();
    assert_eq!(codes, [&EMISSION_FAILED]);
}

#[test]
fn a_resource_that_cannot_be_emitted_keeps_its_last_good_form() {
    let mut ir = XdsIr::default();
    let cluster =
        |timeout| Cluster { name: "shop".into(), connect_timeout_ms: timeout, ..Cluster::default() };
    ir.clusters.insert("shop".into(), Arc::new(cluster(10)));
    let mut session = XdsTranslator::default().session();
    session.update(&ir);
    let good = session.model().get(ResourceType::Cluster, "shop").cloned();

    ir.clusters.insert("shop".into(), Arc::new(cluster(0)));
    let delta = session.update(&ir);
    assert_eq!((delta.upserts.len(), delta.removals.len(), delta.raised.len()), (0, 0, 1));
    assert_eq!(session.model().get(ResourceType::Cluster, "shop").cloned(), good);

    ir.clusters.insert("shop".into(), Arc::new(cluster(20)));
    let delta = session.update(&ir);
    assert_eq!((delta.upserts.len(), delta.withdrawn.len()), (1, 1));
}
