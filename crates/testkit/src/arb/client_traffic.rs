//! ClientTrafficPolicies: every way to target, and fields that are right and wrong.

use super::pool::{compact, created, gateway_name, maybe, metadata, section_name};
use proptest::{collection::vec, prelude::*, sample::select, strategy::BoxedStrategy};
use serde_json::{Value, json};

/// A policy for Gateways and listener sets, by name or by labels, which others may target as well.
pub(super) fn policy() -> BoxedStrategy<Value> {
    (metadata(select(&["p1", "p2", "p3", "p4"][..])), targets(), timeout(), headers(), more())
        .prop_map(|(metadata, targets, timeout, headers, (field, value))| {
            let mut spec = targets;
            spec[field] = value;
            spec["timeout"] = timeout;
            spec["headers"] = headers;
            compact(json!({
                "apiVersion": "gateway.envoyproxy.io/v1alpha1",
                "kind": "ClientTrafficPolicy",
                "metadata": metadata,
                "spec": spec,
            }))
        })
        .boxed()
}

/// Labels that selectors look for, or none.
pub(super) fn labels() -> BoxedStrategy<Value> {
    prop_oneof![
        2 => Just(Value::Null),
        1 => Just(json!({"exposed": "yes"})),
        1 => Just(json!({"exposed": "no", "region": "north"})),
    ]
    .boxed()
}

/// A listener set of one of the Gateways.
pub(super) fn listener_set() -> BoxedStrategy<Value> {
    let listener = (select(&["http", "more"][..]), select(&[8080_u16, 9000][..]))
        .prop_map(|(name, port)| json!({"name": name, "port": port, "protocol": "HTTP"}));
    (metadata(select(&["s1", "s2"][..])), labels(), gateway_name(), created(), listener)
        .prop_map(|(mut metadata, labels, gateway, created, listener)| {
            metadata["labels"] = labels;
            metadata["creationTimestamp"] = created.into();
            compact(json!({
                "apiVersion": "gateway.networking.k8s.io/v1",
                "kind": "ListenerSet",
                "metadata": metadata,
                "spec": {"parentRef": {"name": gateway, "namespace": "default"}, "listeners": [listener]},
            }))
        })
        .boxed()
}

/// A grant that lets policies reach over.
pub(super) fn grant() -> BoxedStrategy<Value> {
    let to = prop_oneof![
        Just(json!({"group": "gateway.networking.k8s.io", "kind": "Gateway"})),
        Just(json!({"group": "gateway.networking.k8s.io", "kind": "Gateway", "name": "gw"})),
        Just(json!({"group": "gateway.networking.k8s.io", "kind": "ListenerSet"})),
    ];
    (metadata(select(&["policies"][..])), super::pool::namespace(), to)
        .prop_map(|(metadata, from, to)| {
            json!({
                "apiVersion": "gateway.networking.k8s.io/v1beta1",
                "kind": "ReferenceGrant",
                "metadata": metadata,
                "spec": {
                    "from": [{"group": "gateway.envoyproxy.io", "kind": "ClientTrafficPolicy", "namespace": from}],
                    "to": [to],
                },
            })
        })
        .boxed()
}

fn targets() -> BoxedStrategy<Value> {
    let gateway = (gateway_name(), maybe(section_name()))
        .prop_map(|(name, section)| json!({"kind": "Gateway", "name": name, "sectionName": section}));
    let set = (select(&["s1", "s2"][..]), maybe(select(&["http", "more"][..])))
        .prop_map(|(name, section)| json!({"kind": "ListenerSet", "name": name, "sectionName": section}));
    let target = prop_oneof![3 => gateway, 1 => set].prop_map(|mut target| {
        target["group"] = json!("gateway.networking.k8s.io");
        target
    });
    prop_oneof![
        1 => target.clone().prop_map(|target| json!({"targetRef": target})),
        3 => vec(target.clone(), 1..4).prop_map(|targets| json!({"targetRefs": targets})),
        2 => selector().prop_map(|selector| json!({"targetSelectors": [selector]})),
        1 => (target, selector())
            .prop_map(|(target, selector)| json!({"targetRefs": [target], "targetSelectors": [selector]})),
    ]
    .boxed()
}

fn selector() -> BoxedStrategy<Value> {
    let labels = prop_oneof![
        Just(json!({"matchLabels": {"exposed": "yes"}})),
        Just(json!({"matchExpressions": [{"key": "region", "operator": "DoesNotExist"}]})),
        Just(json!({"matchExpressions": [{"key": "region", "operator": "Near"}]})),
        Just(json!({})),
    ];
    let namespaces = prop_oneof![
        Just(Value::Null),
        Just(json!({"from": "Same"})),
        Just(json!({"from": "All"})),
        Just(json!({"from": "Selector", "selector": {"matchLabels": {"expose": "yes"}}})),
    ];
    (select(&["Gateway", "Gateway", "ListenerSet", "HTTPRoute"][..]), labels, namespaces)
        .prop_map(|(kind, mut selector, namespaces)| {
            selector["kind"] = kind.into();
            selector["namespaces"] = namespaces;
            selector
        })
        .boxed()
}

fn timeout() -> BoxedStrategy<Value> {
    prop_oneof![
        3 => Just(Value::Null),
        3 => Just(json!({"http": {"requestReceivedTimeout": "5s"}})),
        2 => Just(json!({"http": {"idleTimeout": "0s"}, "tcp": {"tlsHandshakeTimeout": "3s"}})),
        1 => Just(json!({"http": {"streamIdleTimeout": "5sec"}})),
    ]
    .boxed()
}

/// Another field, rarely a wrong one.
fn more() -> BoxedStrategy<(&'static str, Value)> {
    prop_oneof![
        Just(("tcpKeepalive", json!({"probes": 3, "idleTime": "2m"}))),
        Just(("path", json!({"escapedSlashesAction": "RejectRequest"}))),
        Just(("proxyProtocol", json!({}))),
        Just(("healthCheck", json!({"path": "/ready"}))),
        Just(("scheme", json!("MatchBackend"))),
        Just((
            "connection",
            json!({"bufferLimit": "64Ki", "connectionLimit": {"value": 9, "maxStreamDuration": "1m"}})
        )),
        Just(("connection", json!({"bufferLimit": "500m"}))),
        Just(("clientIPDetection", json!({"xForwardedFor": {"numTrustedHops": 1}}))),
        Just((
            "clientIPDetection",
            json!({"xForwardedFor": {"trustedCIDRs": ["10.0.0.0/8", "10.0.0.0/99"]}})
        )),
        Just(("http1", json!({"preserveHeaderCase": true, "http10": {"useDefaultHost": true}}))),
        Just(("http2", json!({"maxConcurrentStreams": 7, "initialStreamWindowSize": "1Mi"}))),
        Just(("http2", json!({"initialStreamWindowSize": "1"}))),
        Just(("http3", json!({}))),
        Just(("grpc", json!({"enableWeb": true}))),
        Just(("tls", json!({"minVersion": "1.3", "fingerprints": ["JA3"]}))),
        Just(("tls", json!({"ciphers": ["AES128-SHA", "none"]}))),
        Just(("tls", json!({"clientValidation": {"mode": "RequireAny"}}))),
        Just(("tls", json!({"clientValidation": {"caCertificateRefs": [{"name": "cert"}]}}))),
    ]
    .boxed()
}

fn headers() -> BoxedStrategy<Value> {
    prop_oneof![
        4 => Just(Value::Null),
        2 => Just(json!({"enableEnvoyHeaders": true, "withUnderscoresAction": "Allow", "requestID": "Preserve"})),
        2 => Just(json!({"earlyRequestHeaders": {"set": [{"name": "x-edge", "value": "yes"}]}})),
        2 => Just(json!({"lateResponseHeaders": {"removeOnMatch": [{"type": "Prefix", "value": "x-"}]}})),
        1 => Just(json!({"preserveXRequestID": true, "maxRequestHeaderLimit": "64Ki"})),
        1 => Just(json!({"maxRequestHeaderLimit": "1"})),
        1 => Just(json!({"earlyRequestHeaders": {"add": [{"name": "a/b", "value": ""}]}})),
    ]
    .boxed()
}
