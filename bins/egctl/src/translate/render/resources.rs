//! The objects with the statuses that they should have.

use eg_diag::Identity;
use eg_resources::AnyObject;
use eg_runtime::Core;
use serde_json::{Map, Value};

use super::value_of;
use crate::{output::Error, translate::input::text};

/// The kinds that have a status of ours, each with the field of the result that lists them.
const FIELDS: [(&str, &str); 14] = [
    ("Gateway", "gateways"),
    ("ListenerSet", "listenerSets"),
    ("HTTPRoute", "httpRoutes"),
    ("GRPCRoute", "grpcRoutes"),
    ("TLSRoute", "tlsRoutes"),
    ("TCPRoute", "tcpRoutes"),
    ("UDPRoute", "udpRoutes"),
    ("BackendTLSPolicy", "backendTLSPolicies"),
    ("ClientTrafficPolicy", "clientTrafficPolicies"),
    ("BackendTrafficPolicy", "backendTrafficPolicies"),
    ("SecurityPolicy", "securityPolicies"),
    ("EnvoyPatchPolicy", "envoyPatchPolicies"),
    ("EnvoyExtensionPolicy", "envoyExtensionPolicies"),
    ("Backend", "backends"),
];

/// The objects by their kind.
pub(super) fn by_kind(core: &Core) -> Result<Map<String, Value>, Error> {
    let mut fields: Map<String, Value> = Map::new();
    let snapshot = core.snapshot();
    let of_kind = |kind: &'static str| snapshot.iter().filter(move |object| object.key().kind.kind == kind);
    // Only one class is ours, unless gateways of several classes are translated at once; the first stands for them.
    let is_ours = |class: &&AnyObject| core.translation().statuses.contains_key(class.key());
    let class = of_kind("GatewayClass").find(is_ours).or_else(|| of_kind("GatewayClass").next());
    let class = class.map(|class| with_status(core, class)).transpose()?;
    let parameters = class.as_ref().map(|class| class["spec"]["parametersRef"].clone()).unwrap_or_default();
    for proxy in of_kind("EnvoyProxy") {
        let Identity { namespace, name, .. } = &**proxy.key();
        let of_class = text(&parameters["name"]) == &**name && text(&parameters["namespace"]) == &**namespace;
        let value = with_status(core, proxy)?;
        if of_class {
            fields.insert("envoyProxyForGatewayClass".to_owned(), value);
        } else if core.translation().statuses.contains_key(proxy.key()) {
            push(&mut fields, "envoyProxiesForGateways", value);
        }
    }
    for (kind, field) in FIELDS {
        for object in of_kind(kind) {
            push(&mut fields, field, with_status(core, object)?);
        }
    }
    fields.extend(class.map(|class| ("gatewayClass".to_owned(), class)));
    Ok(fields)
}

fn push(fields: &mut Map<String, Value>, field: &str, value: Value) {
    let list = fields.entry(field).or_insert_with(|| Value::Array(Vec::new()));
    if let Some(list) = list.as_array_mut() {
        list.push(value);
    }
}

/// An object with the status that it should have, in place of what the file said.
fn with_status(core: &Core, object: &AnyObject) -> Result<Value, Error> {
    let mut value = object.to_json();
    if let Some(fields) = value.as_object_mut() {
        fields.remove("status");
        if let Some(update) = core.translation().statuses.get(object.key()) {
            let mut status = value_of(&update.status)?;
            if object.key().kind.kind == "Gateway" {
                keep_failures(&mut status);
            }
            fields.insert("status".to_owned(), status);
        }
    }
    Ok(value)
}

/// Of a Gateway itself a file only shows what is wrong with it; whether anything runs is not known, so that
/// `Programmed` would be false for every Gateway.
fn keep_failures(status: &mut Value) {
    let Some(fields) = status.as_object_mut() else { return };
    if let Some(conditions) = fields.get_mut("conditions").and_then(Value::as_array_mut) {
        conditions.retain(|condition| condition["type"] == "Accepted" && condition["status"] == "False");
        if conditions.is_empty() {
            fields.remove("conditions");
        }
    }
}
