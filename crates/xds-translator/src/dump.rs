//! Models as JSON, for people and tools.

use serde_json::{Map, Value};
use xds_api::{Case, JsonError, encoded_to_json};

use crate::{ResourceType, XdsModel};

/// Whether private keys and the like are part of a dump.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SecretsInDump {
    /// They are replaced by `[redacted]`.
    #[default]
    Redacted,
    /// They are shown as they are.
    Shown,
}

/// The fields that hold secrets, wherever they occur.
const SECRET_FIELDS: &[&str] = &[
    "private_key",
    "password",
    "generic_secret",
    "session_ticket_keys",
    "pkcs12",
    "users",
    "credentials",
    // What services are told of requests may be from Secrets.
    "context_extensions",
];

impl XdsModel {
    /// The resources as proto JSON: `listeners`, `routes`, `clusters`, `endpoints` and `secrets`, each in the order of
    /// their names.
    pub fn to_json(&self, secrets: SecretsInDump) -> Result<Value, JsonError> {
        let mut dump = Map::new();
        for resource_type in ResourceType::ALL {
            let mut resources = Vec::new();
            for packed in self.resources(resource_type).values() {
                let mut json = encoded_to_json(resource_type.type_url(), &packed.body, Case::Snake)?;
                if secrets == SecretsInDump::Redacted {
                    redact(&mut json);
                }
                resources.push(json);
            }
            dump.insert(plural(resource_type).to_owned(), resources.into());
        }
        Ok(dump.into())
    }
}

fn plural(resource_type: ResourceType) -> &'static str {
    match resource_type {
        ResourceType::Cluster => "clusters",
        ResourceType::Endpoint => "endpoints",
        ResourceType::Secret => "secrets",
        ResourceType::Listener => "listeners",
        ResourceType::Route => "routes",
    }
}

fn redact(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                if SECRET_FIELDS.contains(&name.as_str()) {
                    *value = "[redacted]".into();
                } else {
                    redact(value);
                }
            }
        }
        Value::Array(values) => values.iter_mut().for_each(redact),
        _ => {}
    }
}
