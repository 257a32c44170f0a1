//! One edit costs what depends on it, however many routes there are.

use std::{collections::BTreeMap, time::Duration};

use eg_gatewayapi_translator::{
    Session, Settings, Translator,
    resources::{AnyObject, Batch, Change, Decoder, SourceId, Store},
};
use serde_json::{Value, json};

#[path = "narrowness/edit.rs"]
mod edit;

/// A fleet with many routes on one hostname, each with a Service of its own.
struct World {
    store: Store,
    session: Session,
    source: SourceId,
}

fn decode(object: Value) -> AnyObject {
    Decoder::new().decode(object).expect("an object")
}

fn route(number: usize, path: &str, service: usize) -> AnyObject {
    decode(json!({
        "apiVersion": "gateway.networking.k8s.io/v1",
        "kind": "HTTPRoute",
        "metadata": {"name": format!("route-{number:05}"), "namespace": "apps"},
        "spec": {
            "parentRefs": [{"name": "web"}],
            "hostnames": ["apps.example.com"],
            "rules": [{
                "matches": [{"path": {"type": "PathPrefix", "value": path}}],
                "backendRefs": [{"name": format!("service-{service:05}"), "port": 80}],
            }],
        },
    }))
}

fn slice(number: usize, addresses: &[&str]) -> AnyObject {
    decode(json!({
        "apiVersion": "discovery.k8s.io/v1",
        "kind": "EndpointSlice",
        "metadata": {
            "name": format!("service-{number:05}-1"),
            "namespace": "apps",
            "labels": {"kubernetes.io/service-name": format!("service-{number:05}")},
        },
        "addressType": "IPv4",
        "ports": [{"name": "http", "port": 8080, "protocol": "TCP"}],
        "endpoints": addresses.iter().map(|address| json!({"addresses": [address]})).collect::<Vec<_>>(),
    }))
}

fn service(number: usize) -> AnyObject {
    decode(json!({
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": format!("service-{number:05}"), "namespace": "apps"},
        "spec": {"ports": [{"name": "http", "port": 80, "protocol": "TCP"}]},
    }))
}

impl World {
    fn of(routes: usize) -> Self {
        let mut objects = vec![class(), gateway(&json!([]))];
        for number in 0..routes {
            objects.push(route(number, &format!("/route-{number}"), number));
            objects.push(service(number));
            objects.push(slice(number, &["10.0.0.1"]));
        }
        let world = Self::new(objects);
        assert_eq!(world.session.current().statuses.len(), routes + 2);
        world
    }

    fn new(objects: Vec<AnyObject>) -> Self {
        let source = SourceId::new("test");
        let mut store = Store::new();
        store.apply(&source, Batch::Replace(objects));
        let mut session = Translator::new(Settings::default()).session();
        session.update(&store.snapshot(), &store.snapshot().as_delta());
        Self { store, session, source }
    }

    fn change(&mut self, change: Change) -> BTreeMap<&'static str, usize> {
        let delta = self.store.apply(&self.source, Batch::Changes(vec![change]));
        let reported = self.session.update(&self.store.snapshot(), &delta);
        assert!(!reported.is_empty(), "the edit changes something");
        self.session.runs().units
    }

    fn put(&mut self, object: AnyObject) -> BTreeMap<&'static str, usize> {
        self.change(Change::Upsert(object))
    }

    #[expect(clippy::disallowed_types, reason = "the test measures time; translation does not know it")]
    /// The least time that an edit of a route takes.
    fn least_edit_time(&mut self) -> Duration {
        let edits = (0..40).map(|round| {
            let edited = route(7, &format!("/edited-{round}"), 7);
            let delta = self.store.apply(&self.source, Batch::Changes(vec![Change::Upsert(edited)]));
            let snapshot = self.store.snapshot();
            let start = std::time::Instant::now();
            self.session.update(&snapshot, &delta);
            start.elapsed()
        });
        edits.min().unwrap_or_default()
    }
}

fn class() -> AnyObject {
    decode(json!({
        "apiVersion": "gateway.networking.k8s.io/v1",
        "kind": "GatewayClass",
        "metadata": {"name": "eg"},
        "spec": {"controllerName": "gateway.envoyproxy.io/gatewayclass-controller"},
    }))
}

fn gateway(addresses: &Value) -> AnyObject {
    decode(json!({
        "apiVersion": "gateway.networking.k8s.io/v1",
        "kind": "Gateway",
        "metadata": {"name": "web", "namespace": "apps"},
        "spec": {
            "gatewayClassName": "eg",
            "addresses": addresses,
            "listeners": [{"name": "http", "protocol": "HTTP", "port": 80}],
        },
    }))
}

fn units<const N: usize>(counts: [(&'static str, usize); N]) -> BTreeMap<&'static str, usize> {
    counts.into_iter().collect()
}

#[test]
fn a_change_runs_what_depends_on_it() {
    let mut world = World::of(1000);

    let edited = world.put(route(7, "/edited", 7));
    let expected = [
        ("http_route_lowered", 1),
        ("http_route_attached", 1),
        ("http_route_status", 1),
        ("virtual_host", 1),
    ];
    assert_eq!(edited, units(expected), "an edited match");

    let joined = world.put(slice(7, &["10.0.0.1", "10.0.0.2"]));
    let expected = [("endpoints", 1), ("slice_summary", 1), ("endpoint_set", 1)];
    assert_eq!(joined, units(expected), "an endpoint joins");

    let emptied = world.put(slice(7, &[]));
    assert_eq!(emptied.get("http_route_lowered"), Some(&1), "the last endpoint leaves: {emptied:?}");
    assert!(emptied.values().all(|runs| *runs <= 1), "{emptied:?}");

    let added = world.put(route(1000, "/added", 8));
    assert!(added.values().all(|runs| *runs <= 1), "a new route: {added:?}");
    assert_eq!(added.get("gateway_status"), Some(&1), "it counts as attached: {added:?}");

    let unrelated = world.put(gateway(&json!([{"type": "IPAddress", "value": "192.0.2.1"}])));
    assert_eq!(unrelated.get("http_route_attached"), None, "an address of the Gateway: {unrelated:?}");
}

/// A route of connections to this Service: a TLSRoute of a server name of its own, or a TCPRoute.
fn stream_route(kind: &str, number: usize, service: usize) -> AnyObject {
    let hostnames = if kind == "TLSRoute" { json!([format!("{number}.example.com")]) } else { json!(null) };
    decode(json!({
        "apiVersion": "gateway.networking.k8s.io/v1",
        "kind": kind,
        "metadata": {"name": format!("stream-{number:05}"), "namespace": "apps"},
        "spec": {
            "parentRefs": [{"name": "streams"}],
            "hostnames": hostnames,
            "rules": [{"backendRefs": [{"name": format!("service-{service:05}"), "port": 80}]}],
        },
    }))
}

#[test]
fn a_route_of_connections_runs_what_depends_on_it() {
    let mut world = World::of(2);
    world.put(decode(json!({
        "apiVersion": "gateway.networking.k8s.io/v1",
        "kind": "Gateway",
        "metadata": {"name": "streams", "namespace": "apps"},
        "spec": {
            "gatewayClassName": "eg",
            "listeners": [
                {"name": "tls", "protocol": "TLS", "port": 443, "tls": {"mode": "Passthrough"}},
                {"name": "tcp", "protocol": "TCP", "port": 90},
            ],
        },
    })));
    for number in 0..500 {
        world.put(stream_route("TLSRoute", number, 0));
    }
    for number in 0..20 {
        world.put(stream_route("TCPRoute", number, 0));
    }

    let edited = world.put(stream_route("TLSRoute", 7, 1));
    let expected = [
        ("backend", 1),
        ("tls_route_lowered", 1),
        ("tls_route_attached", 1),
        ("tls_route_status", 1),
        ("endpoint_set", 1),
    ];
    assert_eq!(edited, units(expected), "another backend of one of many TLSRoutes");

    let edited = world.put(stream_route("TCPRoute", 0, 1));
    let expected = [
        ("backend", 1),
        ("tcp_route_lowered", 1),
        ("tcp_route_attached", 1),
        ("tcp_route_status", 1),
        ("endpoint_set", 1),
    ];
    assert_eq!(edited, units(expected), "another backend of the TCPRoute that has the listener");

    let added = world.put(stream_route("TLSRoute", 500, 0));
    assert!(added.values().all(|runs| *runs <= 1), "one more TLSRoute: {added:?}");
    assert_eq!(added.get("socket"), Some(&1), "its listener has one more chain: {added:?}");

    let waiting = [
        ("tcp_route_lowered", 1),
        ("tcp_route_attached", 1),
        ("tcp_route_status", 1),
        ("stream_owner", 1),
        ("gateway_status", 1),
    ];
    let added = world.put(stream_route("TCPRoute", 20, 0));
    assert_eq!(added, units(waiting), "one more TCPRoute, which waits for the listener");
    let gone = world.change(Change::Remove(stream_route("TCPRoute", 20, 0).key().clone()));
    assert_eq!(gone, units([("stream_owner", 1), ("gateway_status", 1)]), "it waits no more");
}

/// A policy of this name for what `targets` says, in this namespace.
fn client_policy(namespace: &str, name: &str, targets: &Value, idle: &str) -> AnyObject {
    let mut spec = targets.clone();
    spec["timeout"] = json!({"http": {"idleTimeout": idle}});
    decode(json!({
        "apiVersion": "gateway.envoyproxy.io/v1alpha1",
        "kind": "ClientTrafficPolicy",
        "metadata": {"namespace": namespace, "name": name},
        "spec": spec,
    }))
}

fn to_gateway(name: &str) -> Value {
    json!({"targetRefs": [{"group": "gateway.networking.k8s.io", "kind": "Gateway", "name": name}]})
}

fn to_label(value: &str) -> Value {
    json!({"targetSelectors": [{"kind": "Gateway", "matchLabels": {"tier": value}}]})
}

/// Adds many Gateways with a policy each, in another namespace, and many policies there that select by labels.
fn add_policies(world: &mut World, count: usize) {
    let mut changes = vec![Change::Upsert(client_policy("apps", "web", &to_gateway("web"), "1s"))];
    for number in 0..count {
        let name = format!("gateway-{number}");
        changes.push(Change::Upsert(decode(json!({
            "apiVersion": "gateway.networking.k8s.io/v1",
            "kind": "Gateway",
            "metadata": {"name": name, "namespace": "others", "labels": {"tier": format!("tier-{number}")}},
            "spec": {"gatewayClassName": "eg", "listeners": [{"name": "http", "protocol": "HTTP", "port": 80}]},
        }))));
        changes.push(Change::Upsert(client_policy(
            "others",
            &format!("by-name-{number}"),
            &to_gateway(&name),
            "1s",
        )));
        let selected = to_label(&format!("tier-{number}"));
        changes.push(Change::Upsert(client_policy("others", &format!("by-label-{number}"), &selected, "1s")));
    }
    let delta = world.store.apply(&world.source, Batch::Changes(changes));
    world.session.update(&world.store.snapshot(), &delta);
}

#[test]
fn a_policy_runs_what_it_is_in_force_for() {
    let mut world = World::of(1000);
    add_policies(&mut world, 200);

    let edited = world.put(client_policy("apps", "web", &to_gateway("web"), "2s"));
    let expected = [
        ("client_policy_targets", 1),
        ("client_policy_lowered", 1),
        ("listener_clients", 1),
        ("bind_view", 1),
        ("gateway_fanout", 1),
        ("socket", 1),
        ("client_policy_status", 1),
    ];
    assert_eq!(edited, units(expected), "a time limit");

    let loser = client_policy("others", "by-name-7", &to_gateway("gateway-7"), "2s");
    let delta = world.store.apply(&world.source, Batch::Changes(vec![Change::Upsert(loser)]));
    assert!(
        world.session.update(&world.store.snapshot(), &delta).is_empty(),
        "the policy by label goes first"
    );
    let expected = [("client_policy_targets", 1), ("client_policy_status", 1)];
    assert_eq!(world.session.runs().units, units(expected), "a policy that is not in force");

    let moved = world.put(client_policy("others", "by-label-7", &to_label("none"), "1s"));
    assert_eq!(
        moved.get("client_policies"),
        Some(&200),
        "a selector, for the Gateways of its namespace: {moved:?}"
    );
    assert_eq!(moved.get("client_policy_effective"), Some(&1), "and in force for one of them: {moved:?}");
    assert_eq!(moved.get("http_route_attached"), None, "{moved:?}");

    let closed = world.put(client_policy("apps", "web", &to_gateway("web"), "soon"));
    assert_eq!(closed.get("http_route_attached"), Some(&1000), "every route of the Gateway answers 500");
    assert_eq!(closed.get("http_route_lowered"), None, "{closed:?}");
}

#[test]
fn an_edit_takes_as_long_among_many_routes_as_among_few() {
    let few = World::of(300).least_edit_time();
    let many = World::of(3000).least_edit_time();
    assert!(many < few * 2, "{few:?} among 300 routes, {many:?} among 3000");
}
