//! EnvoyPatchPolicies: what they change, and what their status says in the same step.

use eg_runtime::{Core, Effects};
use eg_xds_translator::{ResourceType, SecretsInDump, XdsTranslator};
use serde_json::{Value, json};

use crate::world::{condition, fleet, put, remove, route, start, status};

const LISTENER: &str = "type.googleapis.com/envoy.config.listener.v3.Listener";
const ROUTES: &str = "type.googleapis.com/envoy.config.route.v3.RouteConfiguration";

fn patch(resource_type: &str, name: &str, operation: &Value) -> Value {
    json!({"type": resource_type, "name": name, "operation": operation})
}

fn policy(name: &str, generation: i64, patches: &[Value]) -> Value {
    json!({
        "apiVersion": "gateway.envoyproxy.io/v1alpha1",
        "kind": "EnvoyPatchPolicy",
        "metadata": {"name": name, "namespace": "shop", "generation": generation},
        "spec": {
            "type": "JSONPatch",
            "targetRef": {"group": "gateway.networking.k8s.io", "kind": "Gateway", "name": "gw"},
            "jsonPatches": patches,
        },
    })
}

fn prefixed(text: &str) -> Value {
    patch(LISTENER, "shop/gw/http", &json!({"op": "add", "path": "/stat_prefix", "value": text}))
}

/// A condition of a policy's only ancestor.
fn said(effects: &Effects, name: &str, r#type: &str) -> Option<(String, String)> {
    condition(&status(effects, "EnvoyPatchPolicy", name)["ancestors"][0]["conditions"], r#type)
}

fn value(effects: &Effects, name: &str) -> String {
    said(effects, name, "Programmed").expect("a condition").0
}

/// One resource as JSON.
fn resource(core: &Core, resource_type: ResourceType, name: &str) -> Value {
    let dump = core.model(&fleet()).expect("a model").to_json(SecretsInDump::Redacted).expect("JSON");
    let kind = if resource_type == ResourceType::Listener { "listeners" } else { "routes" };
    let all = dump[kind].as_array().expect("a list");
    all.iter().find(|resource| resource["name"] == name).expect("a resource").clone()
}

#[test]
fn patches_are_in_force_and_reported_in_the_same_step() {
    let (mut core, effects) = start(XdsTranslator::default(), &[policy("edit", 3, &[prefixed("mine")])]);
    assert_eq!(value(&effects, "edit"), "True/Programmed");
    let told = status(&effects, "EnvoyPatchPolicy", "edit");
    let observed = told["ancestors"][0]["conditions"].as_array().expect("conditions").iter();
    assert!(observed.clone().count() == 2 && observed.clone().all(|c| c["observedGeneration"] == 3));
    assert_eq!(resource(&core, ResourceType::Listener, "shop/gw/http")["stat_prefix"], "mine");

    let effects = core.step([remove("EnvoyPatchPolicy", "edit")]);
    assert_eq!(resource(&core, ResourceType::Listener, "shop/gw/http")["stat_prefix"], Value::Null);
    assert!(effects.statuses.is_empty(), "{:?}", effects.statuses);
}

#[test]
fn the_later_policy_has_the_last_word() {
    let mut late = policy("a-late", 1, &[prefixed("late")]);
    late["spec"]["priority"] = json!(1);
    let (core, _) = start(XdsTranslator::default(), &[late, policy("b-early", 1, &[prefixed("early")])]);
    assert_eq!(resource(&core, ResourceType::Listener, "shop/gw/http")["stat_prefix"], "late");
}

#[test]
fn a_bad_patch_changes_nothing_else() {
    let path = "/max_connections_to_accept_per_socket_event";
    let spoils = patch(LISTENER, "shop/gw/http", &json!({"op": "replace", "path": path, "value": 0}));
    let nowhere = patch(LISTENER, "shop/gw/http", &json!({"op": "replace", "path": "/a/b", "value": 1}));
    let objects = [policy("bad", 1, &[spoils, nowhere]), policy("good", 1, &[prefixed("mine")])];
    let (core, effects) = start(XdsTranslator::default(), &objects);
    assert_eq!(
        (value(&effects, "bad"), value(&effects, "good")),
        ("False/Invalid".into(), "True/Programmed".into())
    );
    let (_, message) = said(&effects, "bad", "Programmed").expect("a condition");
    assert_eq!(message.lines().count(), 2, "one line for each patch: {message}");
    assert!(message.contains("jsonPatches[1]"), "{message}");
    let listener = resource(&core, ResourceType::Listener, "shop/gw/http");
    assert_eq!(listener["stat_prefix"], "mine");
    assert_eq!(listener["max_connections_to_accept_per_socket_event"], 1);
    assert_eq!(core.model(&fleet()).expect("a model").findings().count(), 0);
}

#[test]
fn a_resource_that_appears_later_is_patched_then() {
    let denied =
        json!({"op": "add", "path": "/virtual_hosts/0/response_headers_to_remove", "value": ["server"]});
    let cluster = "type.googleapis.com/envoy.config.cluster.v3.Cluster";
    let longer = json!({"op": "replace", "path": "/connect_timeout", "value": "7s"});
    let late = patch(cluster, "httproute/shop/items/rule/0", &longer);
    let patches = [patch(ROUTES, "shop/gw/http", &denied), late];
    let (mut core, effects) = start(XdsTranslator::default(), &[policy("early", 1, &patches)]);
    assert_eq!(value(&effects, "early"), "False/ResourceNotFound");
    let (_, message) = said(&effects, "early", "Programmed").expect("a condition");
    assert!(message.contains("Cluster/httproute/shop/items/rule/0"), "{message}");

    let effects = core.step([put(&route("items", 1, "/"))]);
    assert_eq!(value(&effects, "early"), "True/Programmed");
    let routes = resource(&core, ResourceType::Route, "shop/gw/http");
    assert_eq!(routes["virtual_hosts"][0]["response_headers_to_remove"], json!(["server"]));

    // Edits of what has no patches patch nothing again, and no status is asked for anew.
    let effects = core.step([put(&route("items", 2, "/"))]);
    assert!(effects.statuses.iter().all(|update| update.object.kind.kind == "HTTPRoute"));
}
