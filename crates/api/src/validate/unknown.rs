//! Fields that a schema does not know.

use serde_json::Value;

use super::path::{enter_field, enter_item};
use super::{Violation, ViolationKind};

pub(super) fn unknown_fields(schema: &Value, object: &Value) -> Vec<Violation> {
    let mut violations = Vec::new();
    let fields = object.as_object().into_iter().flatten().filter(|(name, _)| *name != "metadata");
    for (name, value) in fields {
        field(schema, name, value, &mut String::new(), &mut violations);
    }
    violations
}

fn field(schema: &Value, name: &str, value: &Value, path: &mut String, violations: &mut Vec<Violation>) {
    let length = path.len();
    enter_field(path, name);
    let known = schema.get("properties").and_then(|properties| properties.get(name));
    match known.or_else(|| schema.get("additionalProperties")) {
        Some(inner) => walk(inner, value, path, violations),
        None => violations.push(Violation {
            path: path.clone(),
            kind: ViolationKind::Unknown,
            message: "is not a known field".to_owned(),
            rule: None,
        }),
    }
    path.truncate(length);
}

fn walk(schema: &Value, value: &Value, path: &mut String, violations: &mut Vec<Violation>) {
    if schema.get("x-kubernetes-preserve-unknown-fields").is_some() {
        return;
    }
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                field(schema, name, value, path, violations);
            }
        }
        Value::Array(items) => {
            let Some(inner) = schema.get("items") else { return };
            let length = path.len();
            for (index, item) in items.iter().enumerate() {
                enter_item(path, index);
                walk(inner, item, path, violations);
                path.truncate(length);
            }
        }
        _ => {}
    }
}
