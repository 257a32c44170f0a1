//! Objects that are accepted and refused, whatever lies beside the repository.

use eg_api::schema;
use eg_api::validate::{ViolationKind, validator_for};
use serde_json::{Value, json};

fn object(kind: &str, spec: &Value) -> Value {
    let version = eg_api::kinds::KINDS.iter().find(|info| info.kind == kind).unwrap().api_version();
    json!({ "apiVersion": version, "kind": kind, "metadata": { "name": "it" }, "spec": spec })
}

/// The paths that are complained about.
fn complaints(kind: &str, spec: &Value) -> Vec<String> {
    let object = object(kind, spec);
    let validator = validator_for(&object).unwrap();
    validator.validate(&object).into_iter().map(|violation| violation.path).collect()
}

#[test]
fn good_objects_pass() {
    let table = [
        ("GatewayClass", json!({ "controllerName": "example.com/controller" })),
        (
            "Gateway",
            json!({ "gatewayClassName": "eg", "listeners": [
                { "name": "http", "port": 80, "protocol": "HTTP" },
                { "name": "https", "port": 443, "protocol": "HTTPS", "tls": { "certificateRefs": [{ "name": "c" }] } },
            ] }),
        ),
        ("HTTPRoute", json!({})),
        (
            "HTTPRoute",
            json!({ "rules": [{ "backendRefs": [{ "name": "a", "port": 80 }] }], "parentRefs": [{ "name": "g" }] }),
        ),
        (
            "ReferenceGrant",
            json!({
                "from": [{ "group": "gateway.networking.k8s.io", "kind": "HTTPRoute", "namespace": "a" }],
                "to": [{ "group": "", "kind": "Service" }],
            }),
        ),
        ("TCPRoute", json!({ "rules": [{ "backendRefs": [{ "name": "a", "port": 80 }] }] })),
        (
            "TLSRoute",
            json!({ "hostnames": ["*.example.com"], "rules": [{ "backendRefs": [{ "name": "a", "port": 80 }] }] }),
        ),
        (
            "BackendTLSPolicy",
            json!({
                "targetRefs": [{ "group": "", "kind": "Service", "name": "a" }],
                "validation": { "hostname": "a.example.com", "wellKnownCACertificates": "System" },
            }),
        ),
    ];
    for (kind, spec) in table {
        assert_eq!(complaints(kind, &spec), [""; 0], "{kind} {spec}");
    }
}

#[test]
fn bad_objects_name_the_field() {
    let table = [
        ("GatewayClass", json!({}), "spec.controllerName"),
        ("GatewayClass", json!({ "controllerName": "plain" }), "spec.controllerName"),
        ("Gateway", json!({ "gatewayClassName": "eg", "listeners": [] }), "spec.listeners"),
        (
            "Gateway",
            json!({ "gatewayClassName": "eg", "listeners": [{ "name": "a", "port": 0, "protocol": "HTTP" }] }),
            "spec.listeners[0].port",
        ),
        (
            "Gateway",
            json!({ "gatewayClassName": "eg", "listeners": [{ "name": "a", "port": 80, "protocol": "HTTP", "tls": { "mode": "Passthrough" } }] }),
            "spec.listeners",
        ),
        (
            "Gateway",
            json!({
                "gatewayClassName": "eg",
                "listeners": [{ "name": "a", "port": 80, "protocol": "HTTP" }],
                "addresses": [{ "value": "not-an-address" }],
            }),
            "spec.addresses[0].value",
        ),
        ("HTTPRoute", json!({ "hostnames": ["UPPER"] }), "spec.hostnames[0]"),
        ("HTTPRoute", json!({ "hostnames": "a" }), "spec.hostnames"),
        (
            "HTTPRoute",
            json!({ "rules": [{ "backendRefs": [{ "name": "a" }] }] }),
            "spec.rules[0].backendRefs[0]",
        ),
        (
            "HTTPRoute",
            json!({ "rules": [{ "matches": [{ "path": { "value": "no-slash" } }] }] }),
            "spec.rules[0].matches[0].path",
        ),
        (
            "HTTPRoute",
            json!({ "rules": [{ "filters": [{ "type": "RequestRedirect" }] }] }),
            "spec.rules[0].filters[0]",
        ),
        (
            "HTTPRoute",
            json!({ "rules": [{ "retry": { "codes": [500, 500] } }] }),
            "spec.rules[0].retry.codes[1]",
        ),
        (
            "TLSRoute",
            json!({ "hostnames": ["1.2.3.4"], "rules": [{ "backendRefs": [{ "name": "a", "port": 80 }] }] }),
            "spec.hostnames",
        ),
    ];
    for (kind, spec, path) in table {
        assert_eq!(complaints(kind, &spec), [path], "{kind} {spec}");
    }
}

#[test]
fn rules_wait_for_structure() {
    let object = object("HTTPRoute", &json!({ "rules": [{ "backendRefs": [{ "name": 7 }] }] }));
    let violations = validator_for(&object).unwrap().validate(&object);
    assert!(violations.iter().all(|violation| violation.rule.is_none()), "{violations:?}");
    assert_eq!(violations[0].kind, ViolationKind::Type);
}

#[test]
fn changes_have_rules_of_their_own() {
    let old = object("GatewayClass", &json!({ "controllerName": "example.com/one" }));
    let new = object("GatewayClass", &json!({ "controllerName": "example.com/two" }));
    let validator = validator_for(&new).unwrap();
    assert_eq!(validator.validate(&new), []);
    assert_eq!(validator.validate_update(&new, &new), []);
    let violations = validator.validate_update(&new, &old);
    assert_eq!(violations[0].path, "spec.controllerName");
    assert_eq!(violations[0].rule.as_deref(), Some("self == oldSelf"));
}

#[test]
fn older_versions_have_limits_of_their_own() {
    let rule = json!({ "backendRefs": [{ "name": "a", "port": 80 }] });
    let mut route = object("TCPRoute", &json!({ "rules": [rule, rule] }));
    assert_eq!(validator_for(&route).unwrap().validate(&route).len(), 1);
    route["apiVersion"] = json!("gateway.networking.k8s.io/v1alpha2");
    assert_eq!(validator_for(&route).unwrap().validate(&route), []);
}

#[test]
fn unknown_fields_are_told_on_demand() {
    let mut route = object("HTTPRoute", &json!({ "rules": [{ "matchs": [] }], "hostname": "a" }));
    route["metadata"]["anything"] = json!(1);
    let validator = validator_for(&route).unwrap();
    assert_eq!(validator.validate(&route), []);
    let unknown: Vec<_> =
        validator.unknown_fields(&route).into_iter().map(|violation| violation.path).collect();
    assert_eq!(unknown, ["spec.hostname", "spec.rules[0].matchs"]);
}

#[test]
fn names_are_checked() {
    let mut route = object("HTTPRoute", &json!({}));
    let validator = validator_for(&route).unwrap();
    route["metadata"] = json!({ "name": "UPPER", "namespace": "a.b" });
    let paths: Vec<_> = validator.validate(&route).into_iter().map(|violation| violation.path).collect();
    assert_eq!(paths, ["metadata.name", "metadata.namespace"]);
    route["metadata"] = json!({});
    assert_eq!(validator.validate(&route)[0].kind, ViolationKind::Required);
}

#[test]
fn defaults_are_those_of_the_api_server() {
    let mut route = object("HTTPRoute", &json!({ "parentRefs": [{ "name": "g", "namespace": null }] }));
    assert!(schema::apply_defaults(&mut route));
    assert_eq!(
        route["spec"],
        json!({
            "parentRefs": [{ "group": "gateway.networking.k8s.io", "kind": "Gateway", "name": "g" }],
            "rules": [{ "matches": [{ "path": { "type": "PathPrefix", "value": "/" } }] }],
        })
    );
    let mut gateway = object("Gateway", &json!({ "gatewayClassName": "eg", "listeners": [{ "name": "a" }] }));
    assert!(schema::apply_defaults(&mut gateway));
    assert_eq!(gateway["spec"]["listeners"][0]["allowedRoutes"]["namespaces"]["from"], "Same");
    assert_eq!(gateway["status"]["conditions"][1]["type"], "Programmed");
    assert!(!schema::apply_defaults(&mut json!({ "apiVersion": "v1", "kind": "Secret" })));
}

#[test]
fn every_schema_compiles() {
    for info in eg_api::kinds::KINDS {
        for version in info.versions {
            let Some(schema) = schema::schema(info, version) else { continue };
            assert!(eg_api::validate::validator(info, version).is_some(), "{} {version}", info.kind);
            let mut broken = Vec::new();
            compile_errors(&kube_cel::compile_schema(schema), &mut broken);
            assert_eq!(broken, [""; 0], "{} {version}", info.kind);
        }
    }
}

fn compile_errors(schema: &kube_cel::CompiledSchema, errors: &mut Vec<String>) {
    errors.extend(schema.compilation_errors().iter().map(ToString::to_string));
    let children = schema
        .properties
        .values()
        .chain(schema.items.as_deref())
        .chain(schema.additional_properties.as_deref());
    for child in children.chain(&schema.all_of).chain(&schema.one_of).chain(&schema.any_of) {
        compile_errors(child, errors);
    }
}
