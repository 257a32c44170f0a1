//! EnvoyExtensionPolicies: code that can be used, and code that cannot.

use super::pool::{
    compact, gateway_name, maybe, metadata, port, reference_namespace, route_name, section_name, service_name,
};
use proptest::{collection::vec, prelude::*, sample::select, strategy::BoxedStrategy};
use serde_json::{Value, json};

/// A script: inline or in a ConfigMap that may not exist, sometimes one that cannot be loaded.
fn lua() -> impl Strategy<Value = Value> {
    let script = select(
        &[
            "function envoy_on_request(request) request:headers():add('x-lua', '1') end",
            "function envoy_on_response(response) response:logInfo('bye') end",
            "function envoy_on_request(request) if x end",
            "return 1",
        ][..],
    );
    let context = maybe(select(vec![json!({"level": 2}), json!([1])]));
    prop_oneof![
        3 => (script, context).prop_map(|(inline, context)| {
            json!({"type": "Inline", "inline": inline, "filterContext": context})
        }),
        1 => select(&["page", "gone"][..]).prop_map(|name| {
            json!({"type": "ValueRef", "valueRef": {"group": "", "kind": "ConfigMap", "name": name}})
        }),
    ]
}

/// A service: one that may not exist, or be in a namespace that does not grant it.
fn ext_proc() -> impl Strategy<Value = Value> {
    let body = maybe(select(&["Streamed", "Buffered", "BufferedPartial"][..]));
    let seen = maybe(body.prop_map(|body| json!({"body": body, "attributes": ["request.path"]})));
    let backend = (service_name(), reference_namespace(), maybe(port()), maybe(0..3_i32)).prop_map(
        |(name, namespace, port, weight)| {
            json!({"name": name, "namespace": namespace, "port": port, "weight": weight})
        },
    );
    (vec(backend, 0..3), maybe(any::<bool>()), seen, maybe(select(&["1s", "soon"][..]))).prop_map(
        |(backends, fail_open, request, timeout)| {
            json!({
                "backendRefs": backends,
                "failOpen": fail_open,
                "messageTimeout": timeout,
                "processingMode": {"request": request},
            })
        },
    )
}

/// What a policy is for.
fn target() -> impl Strategy<Value = Value> {
    let of_group = |mut target: Value| {
        target["group"] = json!("gateway.networking.k8s.io");
        target
    };
    prop_oneof![
        (gateway_name(), maybe(section_name()))
            .prop_map(|(name, section)| json!({"kind": "Gateway", "name": name, "sectionName": section})),
        (select(&["HTTPRoute", "GRPCRoute", "TCPRoute"][..]), route_name(), maybe(Just("first")))
            .prop_map(|(kind, name, rule)| json!({"kind": kind, "name": name, "sectionName": rule})),
    ]
    .prop_map(of_group)
}

/// A policy.
pub(super) fn extension_policy() -> BoxedStrategy<Value> {
    let policy = metadata(select(&["x1", "x2", "x3"][..]));
    (policy, vec(target(), 1..3), vec(lua(), 0..3), vec(ext_proc(), 0..3))
        .prop_map(|(metadata, targets, lua, ext_proc)| {
            compact(json!({
                "apiVersion": "gateway.envoyproxy.io/v1alpha1",
                "kind": "EnvoyExtensionPolicy",
                "metadata": metadata,
                "spec": {"targetRefs": targets, "lua": lua, "extProc": ext_proc},
            }))
        })
        .boxed()
}

/// A ConfigMap with a script, or without anything.
pub(super) fn script_map() -> BoxedStrategy<Value> {
    let data = select(vec![
        json!({"lua": "function envoy_on_request(request) end"}),
        json!({"a.lua": "function envoy_on_response("}),
        json!({}),
    ]);
    (metadata(Just("page")), data)
        .prop_map(|(metadata, data)| {
            json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": data})
        })
        .boxed()
}
