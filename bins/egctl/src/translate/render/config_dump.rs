//! Resources in the shape in which Envoy's administration interface prints them (`/config_dump`).

use eg_ir::IrKey;
use eg_xds_translator::ResourceType;
use serde_json::{Map, Value, json};
use xds_api::{Case, encoded_to_json, json_to_encoded};

use super::{
    Render,
    bootstrap::{Place, bootstrap},
};
use crate::{output::Error, translate::ResourceKind};

const BOOTSTRAP: &str = "envoy.config.bootstrap.v3.Bootstrap";

/// The sections of a dump in their order, each with what it shows.
const SECTIONS: [(ResourceKind, Option<ResourceType>); 5] = [
    (ResourceKind::Bootstrap, None),
    (ResourceKind::Endpoint, Some(ResourceType::Endpoint)),
    (ResourceKind::Cluster, Some(ResourceType::Cluster)),
    (ResourceKind::Listener, Some(ResourceType::Listener)),
    (ResourceKind::Route, Some(ResourceType::Route)),
];

/// The dump of a fleet: all sections, or the one that is asked for.
pub(super) fn dump(render: Render<'_>, fleet: &IrKey, kind: ResourceKind) -> Result<Value, Error> {
    let mut configs = Vec::new();
    for (section, resources) in SECTIONS {
        if kind != ResourceKind::All && kind != section {
            continue;
        }
        let config = match resources {
            Some(resource_type) => self::resources(render, fleet, resource_type)?,
            None => json!({
                "@type": "type.googleapis.com/envoy.admin.v3.BootstrapConfigDump",
                "bootstrap": camel_case(&bootstrap(render, fleet, Place::Nowhere)?)?,
            }),
        };
        configs.push(config);
    }
    match configs.pop() {
        Some(only) if kind != ResourceKind::All => Ok(only),
        last => {
            configs.extend(last);
            Ok(json!({"configs": configs}))
        }
    }
}

fn camel_case(bootstrap: &Value) -> Result<Value, Error> {
    let wrong = |error: xds_api::JsonError| Error::Format(error.to_string());
    let bytes = json_to_encoded(BOOTSTRAP, bootstrap).map_err(wrong)?;
    encoded_to_json(BOOTSTRAP, &bytes, Case::Camel).map_err(wrong)
}

fn resources(render: Render<'_>, fleet: &IrKey, resource_type: ResourceType) -> Result<Value, Error> {
    let mut list = Vec::new();
    for packed in
        render.core.model(fleet).into_iter().flat_map(|model| model.resources(resource_type).values())
    {
        let mut resource = encoded_to_json(resource_type.type_url(), &packed.body, Case::Camel)
            .map_err(|error| Error::Format(error.to_string()))?;
        resource["@type"] = resource_type.type_url().into();
        list.push(match resource_type {
            ResourceType::Endpoint => json!({"endpointConfig": resource}),
            ResourceType::Cluster => json!({"cluster": resource}),
            ResourceType::Listener => json!({"activeState": {"listener": resource}}),
            ResourceType::Route => json!({"routeConfig": resource}),
            ResourceType::Secret => json!({"secret": resource}),
        });
    }
    let (message, field) = match resource_type {
        ResourceType::Endpoint => ("EndpointsConfigDump", "dynamicEndpointConfigs"),
        ResourceType::Cluster => ("ClustersConfigDump", "dynamicActiveClusters"),
        ResourceType::Listener => ("ListenersConfigDump", "dynamicListeners"),
        ResourceType::Route => ("RoutesConfigDump", "dynamicRouteConfigs"),
        ResourceType::Secret => ("SecretsConfigDump", "dynamicActiveSecrets"),
    };
    let mut dump = Map::new();
    dump.insert("@type".to_owned(), format!("type.googleapis.com/envoy.admin.v3.{message}").into());
    dump.insert(field.to_owned(), list.into());
    Ok(dump.into())
}
