//! An edit of one object of each kind, among a thousand routes.

use serde_json::{Value, json};

use super::{AnyObject, World, class, decode, route, service, slice, units};

/// How many routes there are.
const ROUTES: usize = 1000;

/// A Gateway with a listener for all, one that has routes of its own, and one for namespaces with a label. Its generation is
/// as long as the hostname, so that an edit changes both.
fn gateway(spare_hostname: &str) -> AnyObject {
    decode(json!({
        "apiVersion": "gateway.networking.k8s.io/v1",
        "kind": "Gateway",
        "metadata": {"name": "web", "namespace": "apps", "generation": spare_hostname.len()},
        "spec": {
            "gatewayClassName": "eg",
            "listeners": [
                {"name": "http", "protocol": "HTTP", "port": 80, "allowedRoutes": {"namespaces": {"from": "All"}}},
                {"name": "https", "protocol": "HTTPS", "port": 443, "tls": {"certificateRefs": [{"name": "cert"}]}},
                {"name": "spare", "protocol": "HTTP", "port": 8081, "hostname": spare_hostname},
                {
                    "name": "teams",
                    "protocol": "HTTP",
                    "port": 8082,
                    "allowedRoutes": {
                        "namespaces": {"from": "Selector", "selector": {"matchLabels": {"gateway": "yes"}}},
                    },
                },
            ],
        },
    }))
}

/// A route of this namespace, to a section of the Gateway and a Service of a namespace.
fn route_to(number: usize, namespace: &str, section: &str, backend: &str) -> AnyObject {
    decode(json!({
        "apiVersion": "gateway.networking.k8s.io/v1",
        "kind": "HTTPRoute",
        "metadata": {"name": format!("route-{number:05}"), "namespace": namespace},
        "spec": {
            "parentRefs": [{"name": "web", "namespace": "apps", "sectionName": section}],
            "rules": [{
                "matches": [{"path": {"type": "PathPrefix", "value": format!("/route-{number}")}}],
                "backendRefs": [{"name": format!("service-{number:05}"), "namespace": backend, "port": 80}],
            }],
        },
    }))
}

/// Routes of namespace `apps` with Services of their own there, and what else is given.
fn world(others: Vec<AnyObject>, section: impl Fn(usize) -> &'static str) -> World {
    let mut objects = vec![class(), gateway("spare.example.com")];
    for number in 0..ROUTES {
        objects.extend([
            route_to(number, "apps", section(number), "apps"),
            service(number),
            slice(number, &["10.0.0.1"]),
        ]);
    }
    objects.extend(others);
    World::new(objects)
}

/// The Secret of the HTTPS listener, with the first or the second certificate of a case.
fn certificate(which: usize) -> AnyObject {
    let text = include_str!("../../cases/gateway/certificate/two-kinds-of-keys/in.yaml");
    let documents: Vec<Value> = serde_saphyr::from_multiple(text).expect("YAML");
    let secret = documents.into_iter().filter(|document| document["kind"] == "Secret").nth(which);
    let mut secret = secret.expect("a Secret");
    secret["metadata"] = json!({"name": "cert", "namespace": "apps"});
    decode(secret)
}

#[test]
fn a_rule_of_a_route_runs_the_route() {
    let mut world = World::of(ROUTES);
    let edited = world.put(route(7, "/route-7", 8));
    let expected = [
        ("http_route_lowered", 1),
        ("http_route_attached", 1),
        ("http_route_status", 1),
        ("endpoint_set", 1),
    ];
    assert_eq!(edited, units(expected), "another backend");
}

#[test]
fn a_listener_runs_the_routes_that_name_it() {
    let mut world = world(vec![certificate(0)], |number| if number < 5 { "spare" } else { "http" });
    let edited = world.put(gateway("another.example.com"));
    assert_eq!(edited.get("http_route_attached"), Some(&5), "{edited:?}");
    assert_eq!(edited.get("http_route_lowered"), None, "{edited:?}");
    assert!(edited.values().all(|runs| *runs <= 7), "{edited:?}");
}

#[test]
fn a_certificate_runs_its_listener() {
    let mut world = world(vec![certificate(0)], |_| "https");
    let rotated = world.put(certificate(1));
    let expected = [
        ("certificate", 1),
        ("gateway_alone", 1),
        ("gateway", 1),
        ("listener_clients", 1),
        ("bind_view", 1),
        ("access_logs", 1),
        ("tracing", 1),
        ("host_view", 1),
        ("gateway_fanout", 1),
        ("secret", 1),
        ("gateway_status", 1),
    ];
    assert_eq!(rotated, units(expected), "another certificate for the same listener");
}

/// A grant for one Service.
fn grant(number: usize, service: usize) -> AnyObject {
    decode(json!({
        "apiVersion": "gateway.networking.k8s.io/v1beta1",
        "kind": "ReferenceGrant",
        "metadata": {"name": format!("grant-{number:05}"), "namespace": "apps"},
        "spec": {
            "from": [{"group": "gateway.networking.k8s.io", "kind": "HTTPRoute", "namespace": "routes"}],
            "to": [{"group": "", "kind": "Service", "name": format!("service-{service:05}")}],
        },
    }))
}

#[test]
fn a_grant_runs_the_references_that_it_is_about() {
    let mut objects = vec![class(), gateway("spare.example.com")];
    for number in 0..ROUTES {
        objects.extend([
            route_to(number, "routes", "http", "apps"),
            service(number),
            slice(number, &["10.0.0.1"]),
            grant(number, number),
        ]);
    }
    let mut world = World::new(objects);
    let withdrawn = world.put(grant(7, 99_999));
    assert_eq!(withdrawn.get("grant"), Some(&1), "{withdrawn:?}");
    assert_eq!(withdrawn.get("granted"), Some(&1), "{withdrawn:?}");
    assert_eq!(withdrawn.get("http_route_lowered"), Some(&1), "{withdrawn:?}");
    assert!(withdrawn.values().all(|runs| *runs <= 2), "{withdrawn:?}");
}

#[test]
fn endpoints_run_their_cluster() {
    let mut world = world(vec![certificate(0)], |_| "http");
    let joined = world.put(slice(7, &["10.0.0.1", "10.0.0.2"]));
    assert_eq!(joined, units([("endpoints", 1), ("slice_summary", 1), ("endpoint_set", 1)]));
}

fn namespace(name: &str, admitted: &str) -> AnyObject {
    decode(json!({
        "apiVersion": "v1",
        "kind": "Namespace",
        "metadata": {"name": name, "labels": {"gateway": admitted}},
    }))
}

#[test]
fn a_label_of_a_namespace_runs_the_routes_in_it() {
    let mut others = vec![certificate(0)];
    for team in 0..100 {
        let name = format!("team-{team}");
        others.push(namespace(&name, "yes"));
        others.extend((0..10).map(|number| route_to(10_000 + 10 * team + number, &name, "teams", "apps")));
    }
    let mut world = world(others, |_| "teams");
    let left = world.put(namespace("team-7", "no"));
    assert_eq!(left.get("labels"), Some(&1), "{left:?}");
    assert_eq!(left.get("http_route_attached"), Some(&10), "{left:?}");
    assert_eq!(left.get("http_route_lowered"), None, "{left:?}");
    assert!(left.values().all(|runs| *runs <= 10), "{left:?}");
}

fn backend_tls(number: usize, hostname: &str) -> AnyObject {
    decode(json!({
        "apiVersion": "gateway.networking.k8s.io/v1",
        "kind": "BackendTLSPolicy",
        "metadata": {"name": format!("tls-{number:05}"), "namespace": "apps"},
        "spec": {
            "targetRefs": [{"group": "", "kind": "Service", "name": format!("service-{number:05}")}],
            "validation": {"hostname": hostname, "wellKnownCACertificates": "System"},
        },
    }))
}

#[test]
fn a_policy_for_tls_runs_its_backend() {
    let mut others = vec![certificate(0)];
    others.extend((0..ROUTES).map(|number| backend_tls(number, "old.internal")));
    let mut world = world(others, |_| "http");
    let edited = world.put(backend_tls(7, "new.internal"));
    assert_eq!(edited.get("backend"), Some(&1), "{edited:?}");
    assert_eq!(edited.get("http_route_lowered"), Some(&1), "{edited:?}");
    assert!(edited.values().all(|runs| *runs <= 1), "{edited:?}");
}
