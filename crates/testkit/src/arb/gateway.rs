//! Classes and Gateways.

use super::{
    client_traffic::labels,
    pool::{
        CONTROLLER, class_name, compact, distinct, gateway_name, hostname, maybe, metadata, port,
        reference_namespace, secret_name, section_name,
    },
};
use proptest::{collection::vec, prelude::*, sample::select, strategy::BoxedStrategy};
use serde_json::{Value, json};

/// A class of ours, or of another controller.
pub(super) fn class() -> BoxedStrategy<Value> {
    prop_oneof![Just(("eg", CONTROLLER)), Just(("foreign", "example.com/other"))]
        .prop_map(|(name, controller)| {
            json!({
                "apiVersion": "gateway.networking.k8s.io/v1",
                "kind": "GatewayClass",
                "metadata": {"name": name, "generation": 1, "creationTimestamp": "2024-01-01T00:00:00Z", "uid": name},
                "spec": {"controllerName": controller},
            })
        })
        .boxed()
}

/// What most worlds start with: a class, a Gateway with an HTTP listener, a Service with an endpoint.
pub(super) fn base() -> impl Strategy<Value = Vec<Value>> {
    let objects = vec![
        json!({
            "apiVersion": "gateway.networking.k8s.io/v1",
            "kind": "GatewayClass",
            "metadata": {"name": "eg", "generation": 1, "uid": "eg"},
            "spec": {"controllerName": CONTROLLER},
        }),
        json!({
            "apiVersion": "gateway.networking.k8s.io/v1",
            "kind": "Gateway",
            "metadata": {"namespace": "default", "name": "gw", "generation": 1, "uid": "gw"},
            "spec": {"gatewayClassName": "eg", "listeners": [
                {"name": "http", "protocol": "HTTP", "port": 80, "allowedRoutes": {"namespaces": {"from": "All"}}},
                {"name": "tcp", "protocol": "TCP", "port": 9000, "allowedRoutes": {"namespaces": {"from": "All"}}},
                {"name": "udp", "protocol": "UDP", "port": 9000, "allowedRoutes": {"namespaces": {"from": "All"}}},
                {"name": "tls", "protocol": "TLS", "port": 9443, "tls": {"mode": "Passthrough"}},
            ]},
        }),
        json!({
            "apiVersion": "v1",
            "kind": "Service",
            "metadata": {"namespace": "default", "name": "one", "uid": "one"},
            "spec": {"clusterIP": "10.0.0.1", "ports": [{"name": "http", "port": 80, "targetPort": 8080, "protocol": "TCP"}]},
        }),
        json!({
            "apiVersion": "discovery.k8s.io/v1",
            "kind": "EndpointSlice",
            "metadata": {"namespace": "default", "name": "one-a", "labels": {"kubernetes.io/service-name": "one"}},
            "addressType": "IPv4",
            "ports": [{"name": "http", "port": 8080, "protocol": "TCP"}],
            "endpoints": [{"addresses": ["10.1.0.1"], "conditions": {"ready": true}}],
        }),
    ];
    prop_oneof![7 => Just(objects), 1 => Just(Vec::new())]
}

/// A Gateway with one to three listeners, which may conflict.
pub(super) fn gateway() -> BoxedStrategy<Value> {
    (metadata(gateway_name()), labels(), class_name(), vec(listener(), 1..4), listener_sets())
        .prop_map(|(mut metadata, labels, class, listeners, sets)| {
            metadata["labels"] = labels;
            let listeners = distinct(listeners, &["name"]);
            compact(json!({
                "apiVersion": "gateway.networking.k8s.io/v1",
                "kind": "Gateway",
                "metadata": metadata,
                "spec": {"gatewayClassName": class, "listeners": listeners, "allowedListeners": sets},
            }))
        })
        .boxed()
}

/// From where a Gateway takes listeners of others.
fn listener_sets() -> BoxedStrategy<Value> {
    prop_oneof![
        3 => Just(json!({"namespaces": {"from": "All"}})),
        1 => Just(json!({"namespaces": {"from": "Same"}})),
        1 => Just(Value::Null),
    ]
    .boxed()
}

fn listener() -> BoxedStrategy<Value> {
    let protocol = select(&["HTTP", "HTTP", "HTTPS", "HTTPS", "TLS", "TCP", "UDP", "example.com/own"][..]);
    (section_name(), protocol, port(), maybe(hostname()), allowed_routes(), tls())
        .prop_map(|(name, protocol, port, hostname, allowed, tls)| {
            let secured = matches!(protocol, "HTTPS" | "TLS");
            let named = !matches!(protocol, "TCP" | "UDP");
            json!({
                "name": name,
                "protocol": protocol,
                "port": port,
                "hostname": if named { hostname } else { Value::Null },
                "allowedRoutes": allowed,
                "tls": if secured { tls } else { Value::Null },
            })
        })
        .boxed()
}

fn allowed_routes() -> BoxedStrategy<Value> {
    let namespaces = prop_oneof![
        4 => Just(json!({"from": "All"})),
        2 => Just(json!({"from": "Same"})),
        1 => Just(json!({"from": "Selector", "selector": {"matchLabels": {"expose": "yes"}}})),
        1 => Just(Value::Null),
    ];
    let kinds = prop_oneof![
        5 => Just(Value::Null),
        1 => Just(json!([{"kind": "HTTPRoute"}])),
        1 => Just(json!([{"kind": "TCPRoute"}])),
        1 => Just(json!([{"group": "example.com", "kind": "OwnRoute"}])),
    ];
    (namespaces, kinds)
        .prop_map(|(namespaces, kinds)| json!({"namespaces": namespaces, "kinds": kinds}))
        .boxed()
}

fn tls() -> BoxedStrategy<Value> {
    let reference =
        (secret_name(), reference_namespace(), select(&["Secret", "Secret", "Secret", "ConfigMap"][..]))
            .prop_map(|(name, namespace, kind)| json!({"kind": kind, "name": name, "namespace": namespace}));
    (select(&["Terminate", "Terminate", "Passthrough"][..]), vec(reference, 0..3))
        .prop_map(|(mode, references)| json!({"mode": mode, "certificateRefs": references}))
        .boxed()
}
