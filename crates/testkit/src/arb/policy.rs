//! Policies, as far as attachment is concerned: every way to target, with a few fields that matter to routing.

use super::pool::{compact, gateway_name, maybe, metadata, route_name, section_name};
use proptest::{collection::vec, prelude::*, sample::select, strategy::BoxedStrategy};
use serde_json::{Value, json};

/// A policy of one of three kinds, with targets that may not exist or be claimed twice.
pub(super) fn policy() -> BoxedStrategy<Value> {
    let target = prop_oneof![
        (gateway_name(), maybe(section_name()))
            .prop_map(|(name, section)| json!({"kind": "Gateway", "name": name, "sectionName": section})),
        route_name().prop_map(|name| json!({"kind": "HTTPRoute", "name": name})),
    ]
    .prop_map(|mut target| {
        target["group"] = json!("gateway.networking.k8s.io");
        target
    });
    let body = prop_oneof![
        Just(("ClientTrafficPolicy", json!({"timeout": {"http": {"requestReceivedTimeout": "5s"}}}))),
        Just(("ClientTrafficPolicy", json!({"enableProxyProtocol": true}))),
        Just(("BackendTrafficPolicy", json!({"timeout": {"http": {"requestTimeout": "3s"}}}))),
        Just(("BackendTrafficPolicy", json!({"retry": {"numRetries": 2}}))),
        Just(("SecurityPolicy", json!({"cors": {"allowOrigins": ["https://a.example.com"]}}))),
    ];
    (metadata(select(&["p1", "p2", "p3"][..])), vec(target, 1..3), body)
        .prop_map(|(metadata, targets, (kind, mut spec))| {
            // A ClientTrafficPolicy targets Gateways only; an API server would refuse others.
            let fits = |target: &Value| kind != "ClientTrafficPolicy" || target["kind"] == "Gateway";
            let mut targets: Vec<Value> = targets.into_iter().filter(fits).collect();
            if targets.is_empty() {
                targets.push(json!({"group": "gateway.networking.k8s.io", "kind": "Gateway", "name": "gw"}));
            }
            spec["targetRefs"] = targets.into();
            compact(json!({
                "apiVersion": "gateway.envoyproxy.io/v1alpha1",
                "kind": kind,
                "metadata": metadata,
                "spec": spec,
            }))
        })
        .boxed()
}
