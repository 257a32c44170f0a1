//! What a file leaves out because only a cluster knows it.

use std::collections::{BTreeMap, BTreeSet};

use eg_xds_translator::bootstrap::{self, Options};
use serde_json::{Value, json};

use super::input::{Input, text};
use crate::output::Error;

/// The address of Services whose address nobody knows.
const UNKNOWN_ADDRESS: &str = "1.2.3.4";

/// Namespace and name.
type Name = (String, String);

/// Makes Services reachable at their cluster addresses.
pub(super) fn use_cluster_addresses(input: &mut Input) {
    reach(input, &BTreeSet::new());
}

/// Makes Services that have no EndpointSlices reachable at their cluster addresses.
pub(crate) fn add_cluster_addresses(input: &mut Input) {
    let with_slices = input.of_kind("EndpointSlice").map(service_of).collect();
    reach(input, &with_slices);
}

/// The Service that an EndpointSlice belongs to.
fn service_of(slice: &Value) -> Name {
    (name(slice).0, text(&slice["metadata"]["labels"]["kubernetes.io/service-name"]).to_owned())
}

/// Makes Services reachable at their cluster addresses, except for these.
fn reach(input: &mut Input, except: &BTreeSet<Name>) {
    let mut slices = Vec::new();
    let mut replaced = BTreeSet::new();
    for service in input.values.iter_mut().filter(|value| value["kind"] == "Service") {
        let address = text(&service["spec"]["clusterIP"]).to_owned();
        let name = name(service);
        if address.is_empty() || address == "None" || except.contains(&name) {
            continue;
        }
        distinguish_ports(service);
        slices.push(slice(&name, &address, &service["spec"]["ports"]));
        replaced.insert(name);
    }
    // Which pods there are at the moment is no matter of a file.
    input.values.retain(|value| value["kind"] != "EndpointSlice" || !replaced.contains(&service_of(value)));
    input.values.append(&mut slices);
}

/// Adds the namespaces and Services that the objects refer to, the addresses of Services that have none, and the
/// parameters of classes that have none.
pub(crate) fn add_missing(input: &mut Input, namespace: &str) -> Result<(), Error> {
    add_services(input);
    add_addresses(input);
    add_parameters(input, namespace)?;
    add_namespaces(input);
    Ok(())
}

fn name(value: &Value) -> Name {
    let metadata = &value["metadata"];
    (text(&metadata["namespace"]).to_owned(), text(&metadata["name"]).to_owned())
}

/// Adds the namespaces of all objects.
fn add_namespaces(input: &mut Input) {
    let there: BTreeSet<String> = input.of_kind("Namespace").map(|value| name(value).1).collect();
    let needed: BTreeSet<String> = input.values.iter().map(|value| name(value).0).collect();
    for namespace in
        needed.into_iter().filter(|namespace| !namespace.is_empty() && !there.contains(namespace))
    {
        let labels = json!({"kubernetes.io/metadata.name": namespace});
        input.values.push(json!({
            "apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace, "labels": labels},
        }));
    }
}

/// Adds the Services that backend references name, and the ports that they ask for.
fn add_services(input: &mut Input) {
    let mut wanted: BTreeMap<Name, BTreeSet<(u64, &'static str)>> = BTreeMap::new();
    for value in &input.values {
        let protocol = if value["kind"] == "UDPRoute" { "UDP" } else { "TCP" };
        let (namespace, _) = name(value);
        visit_backends(&value["spec"], &mut |reference| {
            let own = text(&reference["namespace"]);
            let of = if own.is_empty() { namespace.clone() } else { own.to_owned() };
            let service = (of, text(&reference["name"]).to_owned());
            if let (true, Some(port)) = (is_service(reference), reference["port"].as_u64()) {
                wanted.entry(service).or_default().insert((port, protocol));
            }
        });
    }
    for service in input.values.iter_mut().filter(|value| value["kind"] == "Service") {
        let ports = wanted.remove(&name(service)).unwrap_or_default();
        let Some(there) = service["spec"]["ports"].as_array_mut() else { continue };
        let missing = |(port, protocol): &(u64, &str)| {
            !there.iter().any(|one| {
                let its = if text(&one["protocol"]).is_empty() { "TCP" } else { text(&one["protocol"]) };
                one["port"] == *port && its == *protocol
            })
        };
        let missing: Vec<Value> = ports.into_iter().filter(missing).map(service_port).collect();
        there.extend(missing);
    }
    for ((namespace, name), ports) in wanted {
        input.values.push(json!({
            "apiVersion": "v1",
            "kind": "Service",
            "metadata": {"name": name, "namespace": namespace},
            "spec": {"ports": ports.into_iter().map(service_port).collect::<Vec<_>>()},
        }));
    }
}

fn is_service(reference: &Value) -> bool {
    matches!(text(&reference["kind"]), "" | "Service") && text(&reference["group"]).is_empty()
}

fn service_port((port, protocol): (u64, &str)) -> Value {
    let name = format!("{}-{port}", protocol.to_lowercase());
    json!({"name": name, "port": port, "protocol": protocol, "targetPort": port})
}

/// Visits every reference to a backend, wherever it is in an object.
fn visit_backends(value: &Value, visit: &mut dyn FnMut(&Value)) {
    match value {
        Value::Object(fields) => {
            for (field, value) in fields {
                match (field.as_str(), value) {
                    ("backendRefs", Value::Array(references)) => references.iter().for_each(&mut *visit),
                    ("backendRef", Value::Object(_)) => visit(value),
                    _ => {}
                }
                visit_backends(value, visit);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| visit_backends(item, visit)),
        _ => {}
    }
}

fn add_addresses(input: &mut Input) {
    for service in input.values.iter_mut().filter(|value| value["kind"] == "Service") {
        if service["spec"].is_object() && text(&service["spec"]["clusterIP"]).is_empty() {
            service["spec"]["clusterIP"] = UNKNOWN_ADDRESS.into();
        }
    }
}

/// Adds an EnvoyProxy that says what is so by default, so that users see what they can change.
fn add_parameters(input: &mut Input, namespace: &str) -> Result<(), Error> {
    const NAME: &str = "default-envoy-proxy";
    let mut needed = false;
    for class in input.values.iter_mut().filter(|value| value["kind"] == "GatewayClass") {
        if class["spec"].is_object() && class["spec"]["parametersRef"].is_null() {
            needed = true;
            class["spec"]["parametersRef"] = json!({
                "group": "gateway.envoyproxy.io", "kind": "EnvoyProxy", "name": NAME, "namespace": namespace,
            });
        }
    }
    if !needed {
        return Ok(());
    }
    let default = bootstrap::render(&Options::default()).and_then(|bootstrap| bootstrap::to_yaml(&bootstrap));
    let default = default.map_err(|error| Error::Format(error.to_string()))?;
    input.values.push(json!({
        "apiVersion": "gateway.envoyproxy.io/v1alpha1",
        "kind": "EnvoyProxy",
        "metadata": {"name": NAME, "namespace": namespace},
        "spec": {"bootstrap": {"value": default}, "logging": {}},
    }));
    Ok(())
}

/// Endpoints are found by the names of ports, so two ports of one name need two.
fn distinguish_ports(service: &mut Value) {
    let mut names = BTreeSet::new();
    for port in service["spec"]["ports"].as_array_mut().into_iter().flatten() {
        let name = text(&port["name"]).to_owned();
        if !names.insert(name.clone()) {
            let protocol = text(&port["protocol"]).to_lowercase();
            let other = format!("{name}-{}-{protocol}", port["port"]);
            port["name"] = other.clone().into();
            names.insert(other);
        }
    }
}

fn slice((namespace, name): &Name, address: &str, ports: &Value) -> Value {
    let ports = ports.as_array().into_iter().flatten().map(|port| {
        let protocol = if text(&port["protocol"]).is_empty() { "TCP" } else { text(&port["protocol"]) };
        json!({"name": text(&port["name"]), "port": port["port"], "protocol": protocol})
    });
    json!({
        "apiVersion": "discovery.k8s.io/v1",
        "kind": "EndpointSlice",
        "metadata": {
            "name": format!("{name}-cluster-address"),
            "namespace": namespace,
            "labels": {"kubernetes.io/service-name": name},
        },
        "addressType": if address.contains(':') { "IPv6" } else { "IPv4" },
        "endpoints": [{"addresses": [address], "conditions": {"ready": true}}],
        "ports": ports.collect::<Vec<_>>(),
    })
}
