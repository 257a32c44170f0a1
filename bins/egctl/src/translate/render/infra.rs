//! What is needed to run the proxies.

use eg_ir::{InfraIr, infra::PortProtocol};
use eg_runtime::Core;
use serde_json::{Map, Value, json};

use super::value_of;
use crate::output::Error;

/// What is needed to run the proxies, by fleet.
pub(super) fn fleets(core: &Core) -> Result<Value, Error> {
    let mut fleets = Map::new();
    for (fleet, ir) in &core.translation().infra {
        let mut proxy = proxy(ir)?;
        if let Some(effective) = core.translation().effective_proxy.get(fleet) {
            let object = &effective.object;
            proxy["config"] = json!({
                "metadata": {"name": &*object.name, "namespace": &*object.namespace},
                "spec": value_of(&*effective.spec)?,
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
    let mut metadata = json!({"labels": value_of(&ir.labels)?, "ownerReference": owner});
    if !ir.annotations.is_empty() {
        metadata["annotations"] = value_of(&ir.annotations)?;
    }
    let mut proxy = json!({
        "name": &*ir.name,
        "namespace": &*ir.namespace,
        "metadata": metadata,
        "listeners": listeners,
    });
    if !ir.addresses.is_empty() {
        proxy["addresses"] = value_of(&ir.addresses)?;
    }
    Ok(proxy)
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
