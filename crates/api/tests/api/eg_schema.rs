//! The schemas of Envoy Gateway's kinds equal those of the API, node by node, descriptions and messages aside.

use serde_json::Value;

use crate::facts;

/// File, kind.
const KINDS: [(&str, &str); 8] = [
    ("backend", "Backend"),
    ("backendtrafficpolicy", "BackendTrafficPolicy"),
    ("clienttrafficpolicy", "ClientTrafficPolicy"),
    ("envoyextensionpolicy", "EnvoyExtensionPolicy"),
    ("envoypatchpolicy", "EnvoyPatchPolicy"),
    ("envoyproxy", "EnvoyProxy"),
    ("httproutefilter", "HTTPRouteFilter"),
    ("securitypolicy", "SecurityPolicy"),
];

#[test]
fn schemas_equal_the_api() {
    let Some(spec) = facts::directory("spec/crd-schema") else { return };
    let mut differences = Vec::new();
    for (file, kind) in KINDS {
        let text = std::fs::read_to_string(spec.join(format!("{file}.yaml"))).unwrap();
        let api: Value = serde_saphyr::from_str(&text).unwrap();
        let version = api["versions"][0]["name"].as_str().unwrap();
        let info = eg_api::kinds::find("gateway.envoyproxy.io/v1alpha1", kind).unwrap();
        let mut ours = eg_api::schema::schema(info, version).unwrap().clone();
        // The facts leave out what all objects have.
        for common in ["apiVersion", "kind", "metadata"] {
            assert!(ours["properties"].as_object_mut().unwrap().remove(common).is_some());
        }
        facts::compare(&api["versions"][0]["schema"], &ours, kind, &mut differences);
    }
    assert!(differences.is_empty(), "{} differences:\n{}", differences.len(), differences.join("\n"));
}
