//! Comparing sessions with starting over finds what differs, and puts the latter into force.

#![expect(clippy::expect_used, reason = "samples are known to be right")]

use std::sync::{
    Arc,
    atomic::{AtomicU32, Ordering},
};

use bytes::Bytes;
use eg_diag::Diagnostic;
use eg_ir::{FeatureId, IrKey};
use eg_resources::{AnyObject, Batch, Change, Decoder, SourceId};
use eg_runtime::{Core, Difference, Effects, Event, Settings};
use eg_xds_translator::{
    BoxFuture, Features, Question, ResourceType, SliceKind, Stage, StageError, XdsTranslator,
    http::{HttpFeature, RouteCx},
    xds_api::pb::envoy::config::route::v3::Route,
};
use serde_json::{Value, json};

/// A feature that breaks the rules: it emits something else each time, as long as it is told to.
struct Forgetful(Arc<AtomicU32>);

impl HttpFeature for Forgetful {
    fn id(&self) -> FeatureId {
        FeatureId::new("test.example/forgetful")
    }

    fn route(&self, _: RouteCx<'_>, route: &mut Route) -> Result<(), Diagnostic> {
        if self.0.load(Ordering::Relaxed) > 0 {
            route.stat_prefix = self.0.fetch_add(1, Ordering::Relaxed).to_string();
        }
        Ok(())
    }
}

fn object(value: Value) -> AnyObject {
    Decoder::new().decode(value).expect("an object")
}

fn route(path: &str) -> AnyObject {
    object(json!({
        "apiVersion": "gateway.networking.k8s.io/v1", "kind": "HTTPRoute",
        "metadata": {"name": "r", "namespace": "default"},
        "spec": {"parentRefs": [{"name": "gw"}], "rules": [{"matches": [{"path": {"value": path}}]}]},
    }))
}

fn objects() -> Vec<AnyObject> {
    let class = object(json!({
        "apiVersion": "gateway.networking.k8s.io/v1", "kind": "GatewayClass", "metadata": {"name": "eg"},
        "spec": {"controllerName": "gateway.envoyproxy.io/gatewayclass-controller"},
    }));
    let gateway = object(json!({
        "apiVersion": "gateway.networking.k8s.io/v1", "kind": "Gateway",
        "metadata": {"name": "gw", "namespace": "default"},
        "spec": {"gatewayClassName": "eg", "listeners": [{"name": "http", "protocol": "HTTP", "port": 80}]},
    }));
    vec![class, gateway, route("/a")]
}

#[test]
fn a_difference_is_told_and_what_starting_over_gives_is_in_force() {
    let emissions = Arc::new(AtomicU32::new(0));
    let emitter = XdsTranslator::new(Features::default().with_http(Forgetful(Arc::clone(&emissions))));
    let source = SourceId::new("test");
    let mut core = Core::with_emitter(Settings::default(), emitter, [source.clone()]).verifying(true);
    let batch = |batch| [Event::Tick(0), Event::Batch { source: source.clone(), batch }];
    let effects = core.step(batch(Batch::Replace(objects())));
    assert_eq!(effects.differences, []);

    emissions.store(1, Ordering::Relaxed);
    let effects = core.step(batch(Batch::Changes(vec![Change::Upsert(route("/b"))])));
    let fleet = IrKey::new("default/gw");
    let expected = Difference::Resource {
        fleet: fleet.clone(),
        resource_type: ResourceType::Route,
        name: "default/gw/http".into(),
    };
    assert_eq!(effects.differences, [expected]);
    let last = effects.publish.last().expect("a publication");
    let (_, name, published) = last.delta.upserts.last().expect("a resource");
    let model = core.model(&fleet).expect("a model");
    assert_eq!(model.get(ResourceType::Route, name).map(|packed| packed.version), Some(published.version));
    // The session emissions it first and starting over second.
    let body = String::from_utf8_lossy(&published.body).into_owned();
    assert!(body.contains('2'), "{body}");

    emissions.store(0, Ordering::Relaxed);
    let effects = core.step(batch(Batch::Changes(vec![Change::Upsert(route("/c"))])));
    assert_eq!(effects.differences, []);
}

/// A stage that is asked about virtual hosts.
#[derive(Debug)]
struct Asked;

impl Stage for Asked {
    fn name(&self) -> &'static str {
        "asked"
    }

    fn wants(&self, kind: SliceKind) -> bool {
        kind == SliceKind::VirtualHost
    }

    fn fails_open(&self) -> bool {
        false
    }

    fn ask(&self, _: Question) -> BoxFuture<Result<Option<Bytes>, StageError>> {
        Box::pin(async { Ok(None) })
    }
}

/// The answers of a stage that leaves everything as it is.
fn unchanged(effects: &Effects) -> Vec<Event> {
    let answer = |(fleet, question): &(IrKey, Question)| {
        let answer = question.accept(None).map_err(|error| error.to_string());
        Event::Staged { fleet: fleet.clone(), question: question.key.clone(), answer }
    };
    effects.ask.iter().map(answer).collect()
}

#[test]
fn with_stages_what_they_are_shown_is_compared_too() {
    let emissions = Arc::new(AtomicU32::new(0));
    let features = Features::default().with_http(Forgetful(Arc::clone(&emissions)));
    let stage: Arc<dyn Stage> = Arc::new(Asked);
    let emitter = XdsTranslator::new(features).with_stages([stage]);
    let source = SourceId::new("test");
    let mut core = Core::with_emitter(Settings::default(), emitter, [source.clone()]).verifying(true);
    let batch = |batch| [Event::Tick(0), Event::Batch { source: source.clone(), batch }];
    let effects = core.step(batch(Batch::Replace(objects())));
    assert_eq!((effects.ask.len(), effects.differences.len()), (1, 0));
    let effects = core.step(unchanged(&effects));
    assert_eq!((effects.ask.len(), effects.differences.len()), (0, 0));

    emissions.store(1, Ordering::Relaxed);
    let effects = core.step(batch(Batch::Changes(vec![Change::Upsert(route("/b"))])));
    let [Difference::Slice { fleet, stage, object }] = &effects.differences[..] else {
        panic!("{:?}", effects.differences)
    };
    assert_eq!((fleet.as_str(), &**stage), ("default/gw", "asked"));
    assert_eq!(object.to_string(), "Gateway default/gw");
    // What the session wanted to know is not asked: what starting over gives is.
    assert_eq!(effects.ask.len(), 1);
    let asked = String::from_utf8_lossy(&effects.ask[0].1.slice).into_owned();
    assert!(asked.contains('2'), "{asked}");

    emissions.store(0, Ordering::Relaxed);
    let effects = core.step(batch(Batch::Changes(vec![Change::Upsert(route("/c"))])));
    assert_eq!(effects.differences, []);
    let answered = core.step(unchanged(&effects));
    assert_eq!(answered.differences, []);
    let model = core.model(&IrKey::new("default/gw")).expect("a model");
    let table = model.get(ResourceType::Route, "default/gw/http").expect("a table");
    assert!(String::from_utf8_lossy(&table.body).contains("/c"));
}
