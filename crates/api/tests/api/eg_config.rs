//! The types of the EnvoyGateway file have every field of the API, and its defaults.

use std::path::Path;

use eg_api::config::EnvoyGateway;
use eg_api::v1alpha1::EnvoyProxySpec;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use crate::facts;

/// A value with every field that a schema names.
fn sample(schema: &Value) -> Value {
    if let Some(r#type) = schema["$k8s"].as_str() {
        return match r#type {
            "resource.Quantity" => json!("1Ki"),
            "meta/v1.LabelSelector" => json!({ "matchLabels": { "a": "b" } }),
            "core/v1.SecretKeySelector" => json!({ "name": "a", "key": "b", "optional": false }),
            "util/intstr.IntOrString" => json!(1),
            _ => json!({ "opaque": true }),
        };
    }
    match schema["type"].as_str() {
        Some("object") => match &schema["properties"] {
            Value::Object(fields) => {
                let fields = fields.iter().filter(|(_, field)| field.get("$ref").is_none());
                Value::Object(
                    fields.map(|(name, field)| (name.clone(), sample(field))).collect::<Map<_, _>>(),
                )
            }
            _ if schema["additionalProperties"].is_object() => {
                json!({ "key": sample(&schema["additionalProperties"]) })
            }
            _ => json!({}),
        },
        Some("array") => json!([sample(&schema["items"])]),
        Some("string") => json!("text"),
        Some("boolean") => json!(true),
        Some("integer" | "number") => json!(7),
        other => panic!("no sample for {other:?} in {schema}"),
    }
}

fn survives<T: Serialize + DeserializeOwned>(value: &Value) {
    let read: T = serde_json::from_value(value.clone()).unwrap();
    assert_eq!(serde_json::to_value(read).unwrap(), *value);
}

fn read(path: &Path) -> Value {
    serde_saphyr::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

#[test]
fn every_field_survives_reading_and_writing() {
    let Some(spec) = facts::directory("spec/crd-schema") else { return };
    survives::<EnvoyGateway>(&sample(&read(&spec.join("envoygateway-config.yaml"))["schema"]));
    let proxy = read(&spec.join("envoyproxy.yaml"));
    survives::<EnvoyProxySpec>(&sample(&proxy["versions"][0]["schema"]["properties"]["spec"]));
}

#[test]
fn defaults_equal_the_api() {
    let Some(spec) = facts::directory("spec/crd-schema") else { return };
    let defaults = read(&spec.join("envoygateway-config.yaml"))["codeDefaults"].take();
    for (case, expected) in defaults.as_object().unwrap() {
        let document = json!({ "apiVersion": expected["apiVersion"], "kind": expected["kind"] });
        let mut filled = serde_json::to_value(EnvoyGateway::parse(document).unwrap().defaulted()).unwrap();
        filled["apiVersion"] = expected["apiVersion"].clone();
        filled["kind"] = expected["kind"].clone();
        assert_eq!(filled, *expected, "{case}");
    }
}
