//! The program as users run it.

use std::{
    io::Write,
    path::PathBuf,
    process::{Command, Output, Stdio},
};

use serde_json::{Value, json};
use tempfile::TempDir;

const SHOP: &str = "
apiVersion: gateway.networking.k8s.io/v1
kind: GatewayClass
metadata: {name: eg}
spec: {controllerName: gateway.envoyproxy.io/gatewayclass-controller}
---
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: web, namespace: shop}
spec:
  gatewayClassName: eg
  listeners: [{name: http, port: 80, protocol: HTTP}]
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: cart, namespace: shop}
spec:
  parentRefs: [{name: web}]
  hostnames: [shop.example.com]
  rules: [{backendRefs: [{name: cart, port: 8080}]}]
";

const CART: &str = "
---
apiVersion: v1
kind: Service
metadata: {name: cart, namespace: shop}
spec: {clusterIP: 10.96.0.7, ports: [{name: http, port: 8080}]}
";

/// Runs the program with this standard input.
fn egctl(arguments: &[&str], input: &str) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_egctl"))
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let mut stdin = child.stdin.take().expect("standard input");
    // A program that fails early does not read its input.
    let _ended = stdin.write_all(input.as_bytes());
    drop(stdin);
    child.wait_with_output().expect("the program ends")
}

/// What the translation prints, as JSON.
fn translate(arguments: &[&str], input: &str) -> Value {
    let arguments = [&["x", "translate", "-f", "-", "-o", "json"], arguments].concat();
    let output = egctl(&arguments, input);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("JSON")
}

fn file(directory: &TempDir, name: &str, text: &str) -> PathBuf {
    let path = directory.path().join(name);
    std::fs::write(&path, text).expect("a file");
    path
}

#[test]
fn version_is_printed() {
    let output = egctl(&["version", "-o", "json"], "");
    let version: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(version["egctlVersion"], env!("CARGO_PKG_VERSION"));
}

#[test]
fn services_are_reached_at_their_cluster_addresses() {
    let text = format!("{SHOP}{CART}");
    let dump = translate(&["--to", "xds", "-t", "endpoint"], &text);
    let dump = &dump["xds"]["shop/web"];
    assert_eq!(dump["@type"], "type.googleapis.com/envoy.admin.v3.EndpointsConfigDump");
    let endpoints = &dump["dynamicEndpointConfigs"][0]["endpointConfig"];
    assert_eq!(endpoints["clusterName"], "httproute/shop/cart/rule/0");
    let address = &endpoints["endpoints"][0]["lbEndpoints"][0]["endpoint"]["address"]["socketAddress"];
    assert_eq!(*address, json!({"address": "10.96.0.7", "portValue": 8080}));
}

#[test]
fn missing_services_are_added_only_when_asked_for() {
    let reason = |translated: &Value| {
        let conditions = translated["httpRoutes"][0]["status"]["parents"][0]["conditions"].as_array();
        let resolved = conditions.into_iter().flatten().find(|condition| condition["type"] == "ResolvedRefs");
        resolved.expect("a condition")["reason"].clone()
    };
    let without = translate(&["--to", "gateway-api"], SHOP);
    assert_eq!(reason(&without), "BackendNotFound");
    let with = translate(&["--to", "gateway-api", "--add-missing-resources"], SHOP);
    assert_eq!(reason(&with), "ResolvedRefs");
    assert_eq!(with["envoyProxyForGatewayClass"]["metadata"]["name"], "default-envoy-proxy");
}

#[test]
fn a_dump_has_its_sections_in_order() {
    let dump = translate(&["--to", "xds"], SHOP);
    let configs = dump["xds"]["shop/web"]["configs"].as_array().expect("sections");
    let types: Vec<&str> =
        configs.iter().filter_map(|config| config["@type"].as_str()?.rsplit('.').next()).collect();
    let expected = [
        "BootstrapConfigDump",
        "EndpointsConfigDump",
        "ClustersConfigDump",
        "ListenersConfigDump",
        "RoutesConfigDump",
    ];
    assert_eq!(types, expected);
    assert_eq!(configs[0]["bootstrap"]["admin"]["address"]["socketAddress"]["portValue"], 19000);
    let listeners = configs[3]["dynamicListeners"].as_array().expect("listeners");
    assert!(listeners.iter().any(|one| one["activeState"]["listener"]["name"] == "shop/web/http"));
}

#[test]
fn plain_targets_have_a_field_each_and_nothing_is_added() {
    let text = format!("{SHOP}{CART}");
    let translated = translate(&["--to", "status,xds,infra,ratelimit,bootstrap"], &text);
    let fields: Vec<&String> = translated.as_object().expect("an object").keys().collect();
    assert_eq!(fields, ["bootstrap", "infra", "ratelimit", "status", "xds"]);
    let fleet = &translated["xds"]["shop/web"];
    assert_eq!(fleet["routes"][0]["virtual_hosts"][0]["domains"], json!(["shop.example.com"]));
    let of_route =
        translated["status"].as_array().expect("statuses").iter().find(|one| one["kind"] == "HTTPRoute");
    assert_eq!(of_route.expect("a status")["name"], "cart");
    // The Service has no EndpointSlice, and none is made of its address.
    assert!(!fleet["endpoints"].to_string().contains("10.96.0.7"), "{fleet}");
    let port = &translated["infra"]["shop/web"]["proxy"]["listeners"][0]["ports"][0];
    assert_eq!((&port["servicePort"], &port["containerPort"]), (&json!(80), &json!(10080)));
    let control_plane = translated["bootstrap"]["shop/web"]["static_resources"].to_string();
    assert!(control_plane.contains("envoy-gateway.envoy-gateway-system.svc.cluster.local."));
}

#[test]
fn objects_without_a_namespace_get_the_one_of_the_flag() {
    let text = SHOP.replace(", namespace: shop", "");
    let translated = translate(&["--to", "gateway-api", "-n", "here"], &text);
    assert_eq!(translated["gateways"][0]["metadata"]["namespace"], "here");
    assert_eq!(translated["gateways"][0]["status"]["listeners"][0]["attachedRoutes"], 1);
}

#[test]
fn what_breaks_its_schema_is_reported_and_translated() {
    let text =
        SHOP.replace("port: 80,", "port: 80, colour: red,").replace("shop.example.com", "'UPPER case'");
    let output = egctl(&["x", "translate", "-f", "-", "--to", "xds", "-t", "route", "-o", "json"], &text);
    assert!(output.status.success());
    let complaints = String::from_utf8_lossy(&output.stderr);
    assert!(complaints.contains("document 2: spec.listeners[0].colour"), "{complaints}");
    assert!(complaints.contains("document 3: spec.hostnames[0]"), "{complaints}");
    assert!(String::from_utf8_lossy(&output.stdout).contains("shop/web/http"));
}

#[test]
fn nothing_to_translate_is_an_error() {
    let output = egctl(&["x", "translate", "-f", "-"], CART);
    assert!(!output.status.success());
    assert!(String::from_utf8_lossy(&output.stderr).contains("no GatewayClass"));
}

#[test]
fn wrong_facts_are_refused() {
    let directory = TempDir::new().expect("a directory");
    let facts = file(&directory, "facts.json", r#"{"wasm-cache": [{"url": "oci://example.com/filter"}]}"#);
    let facts = facts.to_str().expect("a path");
    let output = egctl(&["x", "translate", "-f", "-", "--facts", facts], SHOP);
    assert!(!output.status.success());
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(complaint.contains("oci://example.com/filter needs servedURL and sha256"), "{complaint}");
}

#[test]
fn a_batch_answers_line_by_line_and_survives_bad_cases() {
    let directory = TempDir::new().expect("a directory");
    let input = file(&directory, "input.yaml", SHOP);
    let mock = r#"{"mockData": {"oidc-discovery": [{"url": "https://idp.example.com", "status": 7}]}}"#;
    let description = file(&directory, "case.json", mock);
    let absent = directory.path().join("absent.yaml");
    let cases = [
        json!({"id": "good", "input": input}),
        json!({"id": "absent", "input": absent}),
        json!({"id": "mock", "input": input, "case": description}),
        json!("no case"),
        json!({"id": "good again", "input": input}),
    ];
    let lines = cases.map(|case| case.to_string()).join("\n");
    let output = egctl(&["x", "translate", "--batch", "--to", "status,xds", "-o", "json"], &lines);
    let answers: Vec<Value> = String::from_utf8_lossy(&output.stdout)
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect();
    let summary: Vec<(Option<&str>, bool)> =
        answers.iter().map(|answer| (answer["id"].as_str(), answer["error"].is_string())).collect();
    let expected = [
        (Some("good"), false),
        (Some("absent"), true),
        (Some("mock"), true),
        (None, true),
        (Some("good again"), false),
    ];
    assert_eq!(summary, expected);
    assert_eq!(answers[0]["xds"], answers[4]["xds"]);
}

/// What becomes of a request, as JSON.
fn explain(arguments: &[&str], input: &str) -> Value {
    let arguments = [&["x", "explain", "-f", "-", "-o", "json"], arguments].concat();
    let output = egctl(&arguments, input);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("JSON")
}

#[test]
fn a_request_that_is_served_names_its_objects_and_endpoints() {
    let text = format!("{SHOP}{CART}");
    let explained = explain(&["http://shop.example.com/a"], &text);
    let fleet = &explained["fleets"][0];
    assert_eq!(fleet["fleet"], "shop/web");
    assert_eq!(fleet["listener"]["boundPort"], 10080);
    assert_eq!(fleet["listener"]["origin"]["object"]["name"], "web");
    assert_eq!(fleet["virtualHost"]["domain"], "shop.example.com");
    assert_eq!(fleet["route"]["origin"]["object"]["name"], "cart");
    let destination = &fleet["outcome"]["destinations"][0];
    assert_eq!(destination["percent"], 100.0);
    assert_eq!(destination["backends"][0]["address"], "10.96.0.7:8080");
    assert_eq!(destination["backends"][0]["origin"]["object"]["kind"], "Service");
}

#[test]
fn a_request_that_nothing_serves_names_what_lost_and_why() {
    let text = SHOP.replace(
        "rules: [{",
        "rules: [{matches: [{path: {value: /a}, headers: [{name: x-env, value: b}]}], ",
    );
    let nearest = |arguments: &[&str]| explain(arguments, &text)["fleets"][0]["candidates"][0].clone();
    let header = nearest(&["http://shop.example.com/a", "-H", "x-env=c"]);
    assert_eq!(
        header["why"],
        json!({
            "type": "value", "place": "header", "name": "x-env", "expected": {"exact": "b"}, "found": "c",
        })
    );
    assert_eq!(header["origin"]["object"]["name"], "cart");
    assert_eq!(nearest(&["http://shop.example.com/b", "-H", "x-env=b"])["why"]["type"], "path");
    let host = nearest(&["http://127.0.0.1/a", "-H", "host=example.com", "-H", "x-env: b"]);
    assert_eq!((&host["part"], &host["why"]["expected"]), (&json!("route"), &json!(["shop.example.com"])));
    let port = explain(&["http://shop.example.com:8080/a", "-H", "x-env=b"], &text);
    assert_eq!(port["fleets"], json!([]));
    assert_eq!(port["candidates"][0]["why"], json!({"type": "port", "listens": [80]}));
}

#[test]
fn an_object_that_is_refused_is_a_candidate_with_its_condition() {
    let text = SHOP.replace("[{name: web}]", "[{name: web, sectionName: absent}]");
    let explained = explain(&["http://shop.example.com/"], &text);
    let candidate = &explained["fleets"][0]["candidates"][0];
    assert_eq!(candidate["part"], "object");
    assert_eq!(candidate["origin"]["object"]["name"], "cart");
    assert_eq!(candidate["why"]["reason"], "NoMatchingParent");
}

#[test]
fn explanations_for_people_say_it_in_words() {
    let directory = TempDir::new().expect("a directory");
    file(&directory, "shop.yaml", SHOP);
    file(&directory, "cart.yaml", CART);
    file(&directory, "notes.txt", "not YAML: [");
    let at = directory.path().to_str().expect("a path");
    let output = egctl(&["x", "explain", "http://shop.example.com/", "-f", at], "");
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(text.starts_with("GET http://shop.example.com/ at port 80\nfleet shop/web\n"), "{text}");
    assert!(text.contains("10.96.0.7:8080, priority 0, from Service shop/cart"), "{text}");
    let output = egctl(&["x", "explain", "shop.example.com", "-f", at], "");
    assert!(!output.status.success());
    assert!(String::from_utf8_lossy(&output.stderr).contains("http://"));
}

#[test]
fn validation_names_object_and_field() {
    let text = SHOP.replace("port: 80,", "port: 88888,");
    let output = egctl(&["x", "validate", "-f", "-"], &text);
    let report = String::from_utf8_lossy(&output.stdout);
    let head = "apiVersion: gateway.networking.k8s.io/v1\nkind: Gateway\nmetadata:\n  name: web\n  namespace: shop\nspec:\n\
                ...\nlocal validation error: Gateway.gateway.networking.k8s.io \"web\" is invalid: spec.listeners[0].port";
    assert!(report.starts_with(head), "{report}");
    assert!(output.status.success());
    let strict = egctl(&["x", "validate", "--exit-code", "-f", "-"], &text);
    assert!(!strict.status.success());
}

#[test]
fn validation_of_good_objects_says_ok() {
    let output = egctl(&["x", "validate", "--exit-code", "-f", "-"], SHOP);
    assert_eq!(String::from_utf8_lossy(&output.stdout), "OK\n");
    assert!(output.status.success());
}

#[test]
fn validation_fails_on_what_is_no_yaml() {
    let output = egctl(&["x", "validate", "-f", "-"], "kind: [\n");
    assert!(!output.status.success());
    assert!(String::from_utf8_lossy(&output.stderr).contains("document 1"));
}
