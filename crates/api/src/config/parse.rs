//! From a document to the configuration.

use serde_json::Value;

use super::EnvoyGateway;
use crate::v1alpha1::GROUP;

/// Version of the API group that the file is written in.
const VERSION: &str = "v1alpha1";
/// Kind of the file.
const KIND: &str = "EnvoyGateway";

/// Why a document is no configuration.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// The document says that it is something else.
    #[error("expected kind `{KIND}` of `{GROUP}/{VERSION}`, found `{kind}` of `{api_version}`")]
    Kind {
        /// What the document says in `apiVersion`.
        api_version: String,
        /// What the document says in `kind`.
        kind: String,
    },
    /// A field has the wrong type.
    #[error("the configuration cannot be read")]
    Decode(#[from] serde_json::Error),
}

impl EnvoyGateway {
    /// Reads a document, a YAML file for example. Unknown fields and nulls are ignored, and nothing is filled in.
    pub fn parse(mut document: Value) -> Result<Self, ConfigError> {
        if document.is_null() {
            return Ok(Self::default());
        }
        let text = |name: &str| document.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        let (api_version, kind) = (text("apiVersion"), text("kind"));
        if api_version != format!("{GROUP}/{VERSION}") || kind != KIND {
            return Err(ConfigError::Kind { api_version, kind });
        }
        drop_nulls(&mut document);
        Ok(serde_json::from_value(document)?)
    }
}

fn drop_nulls(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            fields.retain(|_, field| !field.is_null());
            fields.values_mut().for_each(drop_nulls);
        }
        Value::Array(items) => items.iter_mut().for_each(drop_nulls),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn documents_of_other_kinds_are_refused() {
        let wrong = json!({ "apiVersion": "gateway.envoyproxy.io/v1alpha1", "kind": "EnvoyProxy" });
        let error = EnvoyGateway::parse(wrong).unwrap_err();
        assert_eq!(
            error.to_string(),
            "expected kind `EnvoyGateway` of `gateway.envoyproxy.io/v1alpha1`, \
             found `EnvoyProxy` of `gateway.envoyproxy.io/v1alpha1`"
        );
    }

    #[test]
    fn nulls_and_unknown_fields_are_ignored() {
        let document = json!({
            "apiVersion": "gateway.envoyproxy.io/v1alpha1",
            "kind": "EnvoyGateway",
            "future": true,
            "provider": { "type": "Custom", "custom": {
                "resource": { "type": "File", "file": { "paths": null } },
                "infrastructure": { "type": "Host", "host": null },
            } },
        });
        let provider = EnvoyGateway::parse(document).unwrap().provider.unwrap();
        let custom = provider.custom.unwrap();
        assert_eq!(custom.resource.file.unwrap().paths, Vec::<String>::new());
        assert_eq!(custom.infrastructure.unwrap().host, None);
    }

    #[test]
    fn a_field_of_the_wrong_type_is_an_error() {
        let document = json!({
            "apiVersion": "gateway.envoyproxy.io/v1alpha1", "kind": "EnvoyGateway", "gateway": "mine",
        });
        assert!(matches!(EnvoyGateway::parse(document), Err(ConfigError::Decode(_))));
    }
}
