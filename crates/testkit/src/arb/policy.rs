//! Policies, as far as attachment is concerned: every way to target, with a few fields that matter to routing.

use super::{
    backend_traffic,
    pool::{compact, gateway_name, maybe, metadata, route_name, secret_name, section_name},
    security,
};
use proptest::{collection::vec, prelude::*, sample::select, strategy::BoxedStrategy};
use serde_json::{Value, json};

/// An EnvoyPatchPolicy: patches that apply, that do not, and that spoil the resource.
pub(super) fn patch_policy() -> BoxedStrategy<Value> {
    let listener = "type.googleapis.com/envoy.config.listener.v3.Listener";
    let routes = "type.googleapis.com/envoy.config.route.v3.RouteConfiguration";
    let cluster = "type.googleapis.com/envoy.config.cluster.v3.Cluster";
    let operation = prop_oneof![
        Just((listener, json!({"op": "add", "path": "/stat_prefix", "value": "patched"}))),
        Just((listener, json!({"op": "replace", "path": "/stat_prefix", "value": "again"}))),
        Just((
            listener,
            json!({"op": "replace", "path": "/max_connections_to_accept_per_socket_event", "value": 0})
        )),
        Just((
            routes,
            json!({"op": "add", "jsonPath": "$.virtual_hosts[*]", "path": "/include_request_attempt_count", "value": true})
        )),
        Just((routes, json!({"op": "move", "from": "/virtual_hosts/0", "path": "/virtual_hosts/-"}))),
        Just((
            cluster,
            json!({"op": "add", "path": "", "value": {"name": "added", "connect_timeout": "3s"}})
        )),
        Just((cluster, json!({"op": "add", "path": "/nonsense", "value": 1}))),
    ];
    let name = select(&["default/gw/http", "default/gw/https", "infra/edge/http", "added", "none"][..]);
    let patch = (operation, name)
        .prop_map(|((of, operation), name)| json!({"type": of, "name": name, "operation": operation}));
    let target = prop_oneof![
        5 => gateway_name().prop_map(|name| json!({"kind": "Gateway", "name": name})),
        1 => Just(json!({"kind": "GatewayClass", "name": "eg"})),
    ];
    let policy = metadata(select(&["e1", "e2"][..]));
    (policy, target, vec(patch, 1..4), maybe(-1..2_i32))
        .prop_map(|(metadata, mut target, patches, priority)| {
            target["group"] = json!("gateway.networking.k8s.io");
            compact(json!({
                "apiVersion": "gateway.envoyproxy.io/v1alpha1",
                "kind": "EnvoyPatchPolicy",
                "metadata": metadata,
                "spec": {"type": "JSONPatch", "targetRef": target, "priority": priority, "jsonPatches": patches},
            }))
        })
        .boxed()
}

/// An identity provider that says itself where it is, or must be asked. Of the latter, tests may know one, know that another
/// does not answer, and have asked none.
fn provider() -> impl Strategy<Value = Value> {
    prop_oneof![
        2 => Just(json!({
            "issuer": "https://stated.example.com",
            "authorizationEndpoint": "https://stated.example.com/authorize",
            "tokenEndpoint": "https://stated.example.com/token",
        })),
        1 => select(&["https://id.example.com", "https://gone.example.com", "https://other.example.com"][..])
            .prop_map(|issuer| json!({"issuer": issuer})),
    ]
}

/// A policy of one of three kinds, with targets that may not exist or be claimed twice.
pub(super) fn policy() -> BoxedStrategy<Value> {
    let target = prop_oneof![
        (gateway_name(), maybe(section_name()))
            .prop_map(|(name, section)| json!({"kind": "Gateway", "name": name, "sectionName": section})),
        route_name().prop_map(|name| json!({"kind": "HTTPRoute", "name": name})),
        (select(&["TLSRoute", "TCPRoute", "UDPRoute", "GRPCRoute"][..]), route_name())
            .prop_map(|(kind, name)| json!({"kind": kind, "name": name})),
    ]
    .prop_map(|mut target| {
        target["group"] = json!("gateway.networking.k8s.io");
        target
    });
    let body = prop_oneof![
        1 => Just(("ClientTrafficPolicy", json!({"timeout": {"http": {"requestReceivedTimeout": "5s"}}}))),
        1 => Just(("ClientTrafficPolicy", json!({"enableProxyProtocol": true}))),
        2 => backend_traffic::body().prop_map(|body| ("BackendTrafficPolicy", body)),
        2 => security::fields().prop_map(|spec| ("SecurityPolicy", spec)),
        1 => (provider(), secret_name()).prop_map(|(provider, secret)| {
            let oidc = json!({"provider": provider, "clientID": "shop", "clientSecret": {"name": secret}});
            ("SecurityPolicy", json!({"oidc": oidc}))
        }),
    ];
    (metadata(select(&["p1", "p2", "p3"][..])), vec(target, 1..3), body)
        .prop_map(|(metadata, targets, (kind, mut spec))| {
            // A ClientTrafficPolicy targets Gateways only; an API server would refuse others.
            let fits = |target: &Value| kind != "ClientTrafficPolicy" || target["kind"] == "Gateway";
            let mut targets: Vec<Value> = targets.into_iter().filter(fits).collect();
            let merges = spec.get("mergeType").is_some();
            let is_route = |target: &Value| target["kind"] != "Gateway";
            // Only policies of routes are merged.
            if merges && !targets.iter().all(is_route) {
                spec["mergeType"] = Value::Null;
            }
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
