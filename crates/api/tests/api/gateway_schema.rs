//! The schemas of the Gateway API kinds equal those of the API, node by node, descriptions and messages aside.

use serde_json::{Value, json};

use crate::facts;

/// File, kind.
const KINDS: [(&str, &str); 10] = [
    ("backendtlspolicy", "BackendTLSPolicy"),
    ("gateway", "Gateway"),
    ("gatewayclass", "GatewayClass"),
    ("grpcroute", "GRPCRoute"),
    ("httproute", "HTTPRoute"),
    ("listenerset", "ListenerSet"),
    ("referencegrant", "ReferenceGrant"),
    ("tcproute", "TCPRoute"),
    ("tlsroute", "TLSRoute"),
    ("udproute", "UDPRoute"),
];

#[test]
fn schemas_equal_the_api() {
    let Some(spec) = facts::directory("spec/gateway-api-schema") else { return };
    let mut differences = Vec::new();
    let files =
        KINDS.iter().map(|(file, kind)| (spec.join("experimental").join(format!("{file}.yaml")), *kind));
    let import = (spec.join("serviceimport.yaml"), "ServiceImport");
    for (path, kind) in files.chain([import]) {
        let api: Value = serde_saphyr::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
        let group = api["group"].as_str().unwrap();
        for version in api["versions"].as_array().unwrap() {
            let name = version["name"].as_str().unwrap();
            let (info, _) =
                eg_api::kinds::find_for(&json!({ "apiVersion": format!("{group}/{name}"), "kind": kind }))
                    .unwrap_or_else(|| panic!("{kind} {name} is not in the list of kinds"));
            assert_eq!(api["names"]["plural"], info.plural);
            assert_eq!(api["scope"] == "Namespaced", info.namespaced, "{kind}");
            let ours = eg_api::schema::schema(info, name).unwrap();
            facts::compare(&version["schema"], ours, &format!("{kind}/{name}"), &mut differences);
        }
    }
    assert!(differences.is_empty(), "{} differences:\n{}", differences.len(), differences.join("\n"));
}
