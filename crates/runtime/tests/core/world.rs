//! A core with a Gateway, and what a test wants to know of it.

use eg_ir::IrKey;
use eg_resources::{AnyObject, Batch, Change, Decoder, Kind, ObjectRef, SourceId, StatusUpdate};
use eg_runtime::{Core, Effects, Event, Infrastructure, Settings};
use eg_xds_translator::XdsTranslator;
use serde_json::{Value, json};

/// A class, a Gateway with one HTTP listener, and a Service with an endpoint.
pub(crate) const BASE: &str = r"
apiVersion: gateway.networking.k8s.io/v1
kind: GatewayClass
metadata: {name: eg}
spec: {controllerName: gateway.envoyproxy.io/gatewayclass-controller}
---
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: gw, namespace: shop, generation: 1}
spec:
  gatewayClassName: eg
  listeners: [{name: http, port: 80, protocol: HTTP}]
---
apiVersion: v1
kind: Service
metadata: {name: items, namespace: shop}
spec: {clusterIP: 10.0.0.1, ports: [{port: 80, targetPort: 8080}]}
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: {name: items-1, namespace: shop, labels: {kubernetes.io/service-name: items}}
addressType: IPv4
ports: [{port: 8080, protocol: TCP}]
endpoints: [{addresses: [10.1.0.1], conditions: {ready: true}}]
";

/// A route for a path.
pub(crate) fn route(name: &str, generation: i64, path: &str) -> Value {
    json!({
        "apiVersion": "gateway.networking.k8s.io/v1",
        "kind": "HTTPRoute",
        "metadata": {"name": name, "namespace": "shop", "generation": generation},
        "spec": {
            "parentRefs": [{"name": "gw"}],
            "rules": [{
                "matches": [{"path": {"type": "PathPrefix", "value": path}}],
                "backendRefs": [{"name": "items", "port": 80}],
            }],
        },
    })
}

pub(crate) fn source() -> SourceId {
    SourceId::new("test")
}

pub(crate) fn fleet() -> IrKey {
    IrKey::new("shop/gw")
}

pub(crate) fn settings() -> Settings {
    Settings { infrastructure: Infrastructure::Host, enable_envoy_patch_policy: true, ..Settings::default() }
}

/// The objects of a text, and these.
pub(crate) fn replace(text: &str, more: &[Value]) -> Event {
    let documents: Vec<Value> = serde_saphyr::from_multiple(text).expect("YAML");
    let all = documents.into_iter().chain(more.iter().cloned());
    Event::Batch { source: source(), batch: Batch::Replace(all.map(decode).collect()) }
}

pub(crate) fn put(object: &Value) -> Event {
    let changes = vec![Change::Upsert(decode(object.clone()))];
    Event::Batch { source: source(), batch: Batch::Changes(changes) }
}

pub(crate) fn remove(kind: &'static str, name: &str) -> Event {
    let kind = Kind::intern("gateway.envoyproxy.io", kind);
    let changes = vec![Change::Remove(ObjectRef::new(kind, "shop", name))];
    Event::Batch { source: source(), batch: Batch::Changes(changes) }
}

fn decode(object: Value) -> AnyObject {
    Decoder::new().decode(object).expect("an object")
}

/// A core that was given the base and these objects, and what it did then.
pub(crate) fn start(emitter: XdsTranslator, more: &[Value]) -> (Core, Effects) {
    let mut core = Core::with_emitter(settings(), emitter, [source()]);
    let effects = core.step([Event::Tick(1_790_000_000), replace(BASE, more)]);
    (core, effects)
}

/// The status that effects ask for.
pub(crate) fn status(effects: &Effects, kind: &str, name: &str) -> Value {
    let found = effects.statuses.iter().find(|update| is(update, kind, name));
    serde_json::to_value(&found.expect("a status").status).expect("JSON")
}

fn is(update: &StatusUpdate, kind: &str, name: &str) -> bool {
    update.object.kind.kind == kind && *update.object.name == *name
}

/// A condition: `True/Reason` or `False/Reason`, and its message; `None` when there is none of this type.
pub(crate) fn condition(conditions: &Value, r#type: &str) -> Option<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let all = conditions.as_array().into_iter().flatten();
    let mut of_type = all.filter(|condition| condition["type"] == r#type);
    let of = |condition: &Value| {
        let value = format!("{}/{}", text(&condition["status"]), text(&condition["reason"]));
        (value, text(&condition["message"]))
    };
    of_type.next().map(of)
}
