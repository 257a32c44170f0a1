//! The schemas of Envoy Gateway's kinds equal those of the API, node by node, descriptions and messages aside.

use serde_json::{Value, json};

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

#[test]
fn crds_equal_the_api() {
    let Some(spec) = facts::directory("spec/crd-schema") else { return };
    let crds = eg_api::v1alpha1::crds();
    for (file, kind) in KINDS {
        let text = std::fs::read_to_string(spec.join(format!("{file}.yaml"))).unwrap();
        let api: Value = serde_saphyr::from_str(&text).unwrap();
        let (name, crd) = crds.iter().find(|(_, crd)| crd["spec"]["names"]["kind"] == kind).unwrap();
        let plural = api["names"]["plural"].as_str().unwrap();
        assert_eq!(*name, format!("gateway.envoyproxy.io_{plural}.yaml"));
        assert_eq!(crd["metadata"]["name"], format!("{plural}.gateway.envoyproxy.io"));
        assert_eq!(crd["spec"]["group"], api["group"]);
        assert_eq!(crd["spec"]["scope"], api["scope"]);
        for part in ["listKind", "plural", "singular", "shortNames"] {
            assert_eq!(crd["spec"]["names"][part], api["names"][part], "{kind} {part}");
        }
        let categories = api["names"].get("categories").cloned().unwrap_or_else(|| json!([]));
        assert_eq!(crd["spec"]["names"]["categories"], categories, "{kind}");
        let (ours, theirs) = (&crd["spec"]["versions"][0], &api["versions"][0]);
        for part in ["name", "served", "storage", "subresources"] {
            assert_eq!(ours[part], theirs[part], "{kind} {part}");
        }
        assert_eq!(ours["additionalPrinterColumns"], theirs["printerColumns"], "{kind}");
    }
}

/// Every node of a CRD that users see says what it is for.
#[test]
fn every_field_is_described() {
    fn walk(schema: &Value, path: &str, missing: &mut Vec<String>) {
        for (name, field) in schema["properties"].as_object().into_iter().flatten() {
            let path = format!("{path}.{name}");
            if field["description"].as_str().is_none_or(|text| !text.ends_with('.')) {
                missing.push(path.clone());
            }
            // Core types of Kubernetes are described by Kubernetes.
            if !field["description"].as_str().unwrap_or_default().contains("/v") {
                walk(field, &path, missing);
                walk(&field["items"], &path, missing);
                walk(&field["additionalProperties"], &path, missing);
            }
        }
    }
    let mut missing = Vec::new();
    for (name, crd) in eg_api::v1alpha1::crds() {
        let schema = &crd["spec"]["versions"][0]["schema"]["openAPIV3Schema"];
        walk(&schema["properties"]["spec"], &name, &mut missing);
        walk(&schema["properties"]["status"], &name, &mut missing);
    }
    assert!(missing.is_empty(), "{} fields without description:\n{}", missing.len(), missing.join("\n"));
}
