//! Results as JSON.

use eg_ir::{InfraIr, infra::PortProtocol};
use eg_runtime::{Core, SecretsInDump};
use serde_json::{Map, Value, json};

use super::To;
use crate::output::Error;

/// What the core computed, one field for each wish.
pub(super) fn render(core: &Core, to: &[To]) -> Result<Value, Error> {
    let mut result = Map::new();
    for to in to {
        let (field, value) = match to {
            To::GatewayApi => ("resources", resources(core)?),
            To::Status => ("status", statuses(core)?),
            To::Xds => ("xds", xds(core)?),
            To::Ir => ("ir", json(&core.translation().xds)?),
            To::Infra => ("infra", infra(core)?),
            To::Ratelimit => ("ratelimit", json!({})),
        };
        result.insert(field.to_owned(), value);
    }
    Ok(result.into())
}

fn json(value: &impl serde::Serialize) -> Result<Value, Error> {
    serde_json::to_value(value).map_err(|error| Error::Format(error.to_string()))
}

fn statuses(core: &Core) -> Result<Value, Error> {
    let mut list = Vec::new();
    for update in core.statuses() {
        let object = &update.object;
        list.push(json!({
            "kind": object.kind.kind,
            "namespace": &*object.namespace,
            "name": &*object.name,
            "status": json(&update.status)?,
        }));
    }
    Ok(list.into())
}

/// The objects with the statuses that they should have.
fn resources(core: &Core) -> Result<Value, Error> {
    let mut list = Vec::new();
    for object in core.snapshot().iter() {
        let mut value = object.to_json();
        if value.is_null() {
            continue;
        }
        if object.key().kind.kind == "Secret" {
            value["data"] = "[redacted]".into();
        }
        if let Some(update) = core.translation().statuses.get(object.key()) {
            value["status"] = json(&update.status)?;
        }
        list.push(value);
    }
    Ok(list.into())
}

fn xds(core: &Core) -> Result<Value, Error> {
    let mut fleets = Map::new();
    for fleet in core.translation().xds.keys() {
        if let Some(model) = core.model(fleet) {
            let dump =
                model.to_json(SecretsInDump::Shown).map_err(|error| Error::Format(error.to_string()))?;
            fleets.insert(fleet.to_string(), dump);
        }
    }
    Ok(fleets.into())
}

fn infra(core: &Core) -> Result<Value, Error> {
    let mut fleets = Map::new();
    for (fleet, ir) in &core.translation().infra {
        let mut proxy = proxy(ir)?;
        if let Some(effective) = core.translation().effective_proxy.get(fleet) {
            let object = &effective.object;
            proxy["config"] = json!({
                "metadata": {"name": &*object.name, "namespace": &*object.namespace},
                "spec": json(&*effective.spec)?,
            });
        }
        fleets.insert(fleet.to_string(), json!({"proxy": proxy}));
    }
    Ok(fleets.into())
}

fn proxy(ir: &InfraIr) -> Result<Value, Error> {
    let mut listeners = Vec::new();
    for listener in &ir.listeners {
        let ports = listener.ports.iter().map(|port| {
            json!({
                "name": &*port.name,
                "protocol": protocol(port.protocol),
                "servicePort": port.service_port,
                "containerPort": port.container_port,
            })
        });
        let mut entry = json!({"name": &*listener.name, "ports": ports.collect::<Vec<_>>()});
        if listener.http3 {
            entry["http3"] = json!({});
        }
        listeners.push(entry);
    }
    let owner = ir.owner.as_ref().map(|owner| json!({"kind": owner.kind.kind, "name": &*owner.name}));
    Ok(json!({
        "name": &*ir.name,
        "namespace": &*ir.namespace,
        "metadata": {"labels": json(&ir.labels)?, "annotations": json(&ir.annotations)?, "ownerReference": owner},
        "listeners": listeners,
        "addresses": ir.addresses,
    }))
}

fn protocol(protocol: PortProtocol) -> &'static str {
    match protocol {
        PortProtocol::Http => "HTTP",
        PortProtocol::Https => "HTTPS",
        PortProtocol::Tls => "TLS",
        PortProtocol::Tcp => "TCP",
        PortProtocol::Udp => "UDP",
    }
}
