//! What only emission knows is in the statuses of the same step.

use eg_diag::{Code, Diagnostic, FieldPath};
use eg_ir::{FeatureId, listener::Listener};
use eg_resources::{Object, Outcome};
use eg_runtime::{Event, Judgement};
use eg_testkit::tls::{Authority, Leaf};
use eg_xds_translator::{
    Features, ResourceType, XdsTranslator,
    http::{HttpFeature, RouteCx},
    listener::ListenerFeature,
    xds_api::pb::envoy::config::{listener::v3 as listener, route::v3::Route},
};
use serde_json::{Value, json};

use crate::world::{condition, fleet, put, route, settings, start, status};

static REFUSED: Code = Code::error("example-refused", "Programmed", "Invalid");

/// Cannot express routes whose name contains `odd`, and fails at those whose name contains `bug`.
struct Picky;

impl HttpFeature for Picky {
    fn id(&self) -> FeatureId {
        FeatureId::new("vendor.example/picky")
    }

    fn route(&self, cx: RouteCx<'_>, _: &mut Route) -> Result<(), Diagnostic> {
        assert!(!cx.route.name.contains("bug"), "a bug of the vendor");
        if cx.route.name.contains("odd") {
            return Err(Diagnostic::new(&REFUSED, FieldPath::root(), "too odd for this proxy"));
        }
        Ok(())
    }
}

/// Cannot express listeners at this port.
struct NotAt(u16);

impl ListenerFeature for NotAt {
    fn id(&self) -> FeatureId {
        FeatureId::new("vendor.example/not_at")
    }

    fn listener(&self, ir: &Listener, _: &mut listener::Listener) -> Result<(), Diagnostic> {
        if ir.port == self.0 {
            return Err(Diagnostic::new(&REFUSED, FieldPath::root(), "no sockets at this port"));
        }
        Ok(())
    }
}

fn programmed(status: &Value) -> Option<(String, String)> {
    condition(&status["parents"][0]["conditions"], "Programmed")
}

#[test]
fn a_route_that_cannot_be_emitted_says_so_in_the_same_step() {
    let emitter = XdsTranslator::new(Features::default().with_http(Picky));
    let (mut core, effects) = start(emitter, &[route("odd", 1, "/odd"), route("good", 1, "/good")]);
    let (value, message) = programmed(&status(&effects, "HTTPRoute", "odd")).expect("a condition");
    assert_eq!((value.as_str(), message.as_str()), ("False/Invalid", "Too odd for this proxy."));
    assert_eq!(programmed(&status(&effects, "HTTPRoute", "good")), None);

    // A bug costs its route alone, and its status says so too.
    let effects = core.step([put(&route("bug", 1, "/bug"))]);
    let (value, message) = programmed(&status(&effects, "HTTPRoute", "bug")).expect("a condition");
    assert_eq!(value, "False/Invalid");
    assert!(message.contains("a bug of the vendor"), "{message}");
    assert_eq!(effects.statuses.iter().filter(|update| update.object.kind.kind == "HTTPRoute").count(), 1);

    // What no longer holds is taken back.
    let mut healed = route("odd", 2, "/odd");
    healed["spec"]["parentRefs"] = json!([{"name": "elsewhere"}]);
    core.step([put(&healed)]);
    assert_eq!(core.snapshot().list(Outcome::KIND).count(), 1, "only that of the bug is left");
}

#[test]
fn a_listener_that_cannot_be_emitted_says_so_and_heals() {
    let emitter = XdsTranslator::new(Features::default().with_listener(NotAt(81)));
    let (mut core, _) = start(emitter, &[]);
    let gateway = |port: u16, generation: i64| {
        json!({
            "apiVersion": "gateway.networking.k8s.io/v1",
            "kind": "Gateway",
            "metadata": {"name": "gw", "namespace": "shop", "generation": generation},
            "spec": {
                "gatewayClassName": "eg",
                "listeners": [
                    {"name": "http", "port": 80, "protocol": "HTTP"},
                    {"name": "other", "port": port, "protocol": "HTTP"},
                ],
            },
        })
    };
    let programmed = |status: &Value, listener: usize| {
        condition(&status["listeners"][listener]["conditions"], "Programmed").expect("a condition").0
    };
    let effects = core.step([put(&gateway(81, 2))]);
    let seen = status(&effects, "Gateway", "gw");
    assert_eq!([programmed(&seen, 0), programmed(&seen, 1)], ["True/Programmed", "False/Invalid"]);
    let effects = core.step([put(&gateway(82, 3))]);
    assert_eq!(programmed(&status(&effects, "Gateway", "gw"), 1), "True/Programmed");
}

#[test]
fn outcomes_survive_a_new_configuration_and_go_with_their_fleet() {
    let emitter = XdsTranslator::new(Features::default().with_http(Picky));
    let (mut core, _) = start(emitter, &[route("odd", 1, "/odd")]);
    assert_eq!(core.snapshot().list(Outcome::KIND).count(), 1);
    core.step([Event::Configure(Box::new(settings()))]);
    assert_eq!(core.snapshot().list(Outcome::KIND).count(), 1);
    let mut foreign = settings();
    foreign.controller_name = "example.com/other".into();
    core.step([Event::Configure(Box::new(foreign))]);
    assert_eq!(core.snapshot().list(Outcome::KIND).count(), 0);
}

#[test]
fn a_certificate_that_proxies_refuse_shows_on_the_listener_that_presents_it_and_heals() {
    let (mut core, _) = start(XdsTranslator::default(), &[]);
    let secret = |names: &[&str], generation: i64| {
        let Leaf { certificate_pem, key_pem, .. } = Authority::new().issue(names);
        json!({
            "apiVersion": "v1", "kind": "Secret", "type": "kubernetes.io/tls",
            "metadata": {"name": "cert", "namespace": "shop", "generation": generation},
            "stringData": {"tls.crt": certificate_pem, "tls.key": key_pem},
        })
    };
    let tls = json!({"certificateRefs": [{"name": "cert"}]});
    let gateway = json!({
        "apiVersion": "gateway.networking.k8s.io/v1", "kind": "Gateway",
        "metadata": {"name": "gw", "namespace": "shop", "generation": 2},
        "spec": {"gatewayClassName": "eg", "listeners": [
            {"name": "http", "port": 80, "protocol": "HTTP"},
            {"name": "https", "port": 443, "protocol": "HTTPS", "tls": tls},
        ]},
    });
    core.step([put(&gateway), put(&secret(&["a.example.com"], 1))]);
    let secrets = core.model(&fleet()).expect("a model").resources(ResourceType::Secret);
    let (name, packed) = secrets.iter().next().expect("the certificate");
    let refusal = Judgement {
        fleet: fleet(),
        resource_type: ResourceType::Secret,
        resource: name.clone(),
        version: packed.version,
        refusal: Some("no such curve".to_owned()),
    };
    let effects = core.step([Event::Judged(refusal)]);
    let seen = status(&effects, "Gateway", "gw");
    let programmed = |status: &Value, listener: usize| {
        condition(&status["listeners"][listener]["conditions"], "Programmed").expect("a condition")
    };
    assert_eq!(programmed(&seen, 0).0, "True/Programmed");
    let (value, message) = programmed(&seen, 1);
    assert_eq!(value, "False/Invalid");
    assert!(message.contains("Secret shop/cert") && message.contains("no such curve"), "{message}");

    let effects = core.step([put(&secret(&["a.example.com"], 2))]);
    assert_eq!(programmed(&status(&effects, "Gateway", "gw"), 1).0, "True/Programmed");
}
