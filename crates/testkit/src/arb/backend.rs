//! What routes and listeners refer to.

use super::pool::{NAMESPACES, compact, maybe, metadata, namespace, port, secret_name, service_name};
use base64::{Engine, engine::general_purpose::STANDARD};
use proptest::{collection::vec, prelude::*, sample::select, strategy::BoxedStrategy};
use serde_json::{Value, json};

/// A certificate for `a.example.com` and `*.example.com` that is valid for a hundred years.
const CERTIFICATE: &str = include_str!("../../data/arb.crt");

/// Its key; it protects nothing.
const KEY: &str = include_str!("../../data/arb.key");

/// A Service with one or two ports.
pub(super) fn service() -> BoxedStrategy<Value> {
    let protocol = maybe(select(&["kubernetes.io/h2c", "kubernetes.io/ws", "example.com/own"][..]));
    let port = (select(&["http", "alt"][..]), port(), transport(), protocol);
    let port = port.prop_map(|(name, port, transport, protocol)| {
        json!({"name": name, "port": port, "targetPort": 8080, "protocol": transport, "appProtocol": protocol})
    });
    let address = select(&["10.0.0.1", "None"][..]);
    (metadata(service_name()), vec(port, 1..3), address)
        .prop_map(|(metadata, ports, address)| {
            compact(json!({
                "apiVersion": "v1",
                "kind": "Service",
                "metadata": metadata,
                "spec": {"clusterIP": address, "ports": ports},
            }))
        })
        .boxed()
}

/// What a port carries, mostly connections.
fn transport() -> impl Strategy<Value = &'static str> {
    prop_oneof![4 => Just("TCP"), 1 => Just("UDP")]
}

/// A slice of a Service's endpoints.
pub(super) fn endpoint_slice() -> BoxedStrategy<Value> {
    let addresses = prop_oneof![
        3 => Just(("IPv4", vec!["10.1.0.1"])),
        3 => Just(("IPv4", vec!["10.1.0.2"])),
        1 => Just(("IPv6", vec!["fd00::1"])),
        1 => Just(("FQDN", vec!["a.internal.example"])),
    ];
    let conditions = prop_oneof![
        3 => Just(json!({"ready": true})),
        1 => Just(json!({"ready": false})),
        1 => Just(json!({"ready": false, "serving": true, "terminating": true})),
        1 => Just(Value::Null),
    ];
    let port = prop_oneof![3 => Just(Some("http")), 1 => Just(Some("alt")), 1 => Just(None)];
    let port = (port, transport());
    (namespace(), service_name(), select(&["a", "b"][..]), addresses, vec(conditions, 0..3), port)
        .prop_map(|(namespace, service, slice, (family, addresses), conditions, (port, transport))| {
            let endpoints = conditions.into_iter().map(|c| json!({"addresses": addresses, "conditions": c}));
            compact(json!({
                "apiVersion": "discovery.k8s.io/v1",
                "kind": "EndpointSlice",
                "metadata": {
                    "namespace": namespace,
                    "name": format!("{service}-{slice}"),
                    "labels": {"kubernetes.io/service-name": service},
                },
                "addressType": family,
                "ports": [{"name": port, "port": 8080, "protocol": transport}],
                "endpoints": endpoints.collect::<Vec<_>>(),
            }))
        })
        .boxed()
}

/// A Secret for TLS: good, incomplete, or not PEM; some hold a credential, a good one or one that headers cannot have, and some
/// the secret of a client of an identity provider. Or the key of the cookies of log-ins, which comes with the installation.
pub(super) fn secret() -> BoxedStrategy<Value> {
    let key = json!({
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": "envoy-oidc-hmac", "namespace": "envoy-gateway-system"},
        "data": {"hmac-secret": STANDARD.encode("a key")},
    });
    prop_oneof![5 => tls_secret(), 1 => Just(key), 1 => people()].boxed()
}

/// Users with their passwords, or clients with their keys; good, and such that a proxy would not take.
fn people() -> BoxedStrategy<Value> {
    let users = prop_oneof![
        2 => Just("alice:{SHA}5en6G6MezRroT3XKqkdPOmY/BfQ="),
        1 => Just("alice:plain"),
    ];
    let keys = prop_oneof![2 => Just(("alice", "one")), 1 => Just(("two", "two"))];
    (metadata(select(&["people"][..])), users, keys)
        .prop_map(|(metadata, users, (client, key))| {
            let data = json!({".htpasswd": STANDARD.encode(users), client: STANDARD.encode(key), "two": STANDARD.encode("two")});
            json!({"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "data": data})
        })
        .boxed()
}

fn tls_secret() -> BoxedStrategy<Value> {
    let data = prop_oneof![
        5 => Just(json!({"tls.crt": STANDARD.encode(CERTIFICATE), "tls.key": STANDARD.encode(KEY)})),
        1 => Just(json!({"tls.crt": STANDARD.encode(CERTIFICATE)})),
        1 => Just(json!({"tls.crt": STANDARD.encode("not PEM"), "tls.key": STANDARD.encode(KEY)})),
        1 => Just(json!({})),
    ];
    let credential = maybe(select(&["Bearer one", "two\r\nlines"][..]));
    (metadata(secret_name()), data, credential, any::<bool>())
        .prop_map(|(metadata, mut data, credential, is_client)| {
            if is_client {
                data["client-secret"] = STANDARD.encode("known to both").into();
            }
            if let Some(credential) = credential.as_str() {
                data["credential"] = STANDARD.encode(credential).into();
            }
            json!({"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "type": "kubernetes.io/tls", "data": data})
        })
        .boxed()
}

/// A Backend with addresses or host names.
pub(super) fn backend() -> BoxedStrategy<Value> {
    let endpoint = prop_oneof![
        Just(json!({"ip": {"address": "10.2.0.1", "port": 8080}})),
        Just(json!({"ip": {"address": "10.2.0.2", "port": 8080}})),
        Just(json!({"fqdn": {"hostname": "a.internal.example", "port": 443}})),
    ];
    (metadata(service_name()), vec(endpoint, 1..3))
        .prop_map(|(metadata, endpoints)| {
            json!({
                "apiVersion": "gateway.envoyproxy.io/v1alpha1",
                "kind": "Backend",
                "metadata": metadata,
                "spec": {"endpoints": endpoints},
            })
        })
        .boxed()
}

/// A ReferenceGrant that allows some references into its namespace.
pub(super) fn reference_grant() -> BoxedStrategy<Value> {
    let from = prop_oneof![
        4 => Just(("gateway.networking.k8s.io", "HTTPRoute")),
        2 => select(&["Gateway", "TCPRoute", "TLSRoute"][..]).prop_map(|kind| ("gateway.networking.k8s.io", kind)),
        1 => Just(("gateway.envoyproxy.io", "HTTPRouteFilter")),
        1 => Just(("gateway.envoyproxy.io", "EnvoyExtensionPolicy")),
    ];
    let from = (from, namespace())
        .prop_map(|((group, kind), namespace)| json!({"group": group, "kind": kind, "namespace": namespace}));
    let to = prop_oneof![
        3 => Just(json!({"group": "", "kind": "Service"})),
        2 => Just(json!({"group": "", "kind": "Secret"})),
        1 => service_name().prop_map(|name| json!({"group": "", "kind": "Service", "name": name})),
        1 => Just(json!({"group": "gateway.envoyproxy.io", "kind": "Backend"})),
    ];
    (metadata(select(&["grant", "other"][..])), vec(from, 1..3), vec(to, 1..3))
        .prop_map(|(metadata, from, to)| {
            json!({
                "apiVersion": "gateway.networking.k8s.io/v1beta1",
                "kind": "ReferenceGrant",
                "metadata": metadata,
                "spec": {"from": from, "to": to},
            })
        })
        .boxed()
}

/// One of the namespaces, with the label that some listeners ask for or without.
pub(super) fn namespace_kind() -> BoxedStrategy<Value> {
    let labels = prop_oneof![Just(json!({"expose": "yes"})), Just(json!({}))];
    (select(NAMESPACES), labels)
        .prop_map(|(name, labels)| {
            json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": labels}})
        })
        .boxed()
}
