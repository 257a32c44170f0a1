//! Lists that are sets, and lists of objects with keys: no item may come twice.

use std::collections::BTreeMap;

use serde_json::Value;

use super::path::{enter_field, enter_item};
use super::{Violation, ViolationKind};

pub(super) fn check(schema: &Value, object: &Value) -> Vec<Violation> {
    let mut violations = Vec::new();
    walk(schema, object, &mut String::new(), &mut violations);
    violations
}

fn walk(schema: &Value, value: &Value, path: &mut String, violations: &mut Vec<Violation>) {
    let length = path.len();
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                let inner = schema.get("properties").and_then(|properties| properties.get(name));
                if let Some(inner) = inner.or_else(|| schema.get("additionalProperties")) {
                    enter_field(path, name);
                    walk(inner, value, path, violations);
                    path.truncate(length);
                }
            }
        }
        Value::Array(items) => {
            duplicates(schema, items, path, violations);
            let Some(inner) = schema.get("items") else { return };
            for (index, item) in items.iter().enumerate() {
                enter_item(path, index);
                walk(inner, item, path, violations);
                path.truncate(length);
            }
        }
        _ => {}
    }
}

fn duplicates(schema: &Value, items: &[Value], path: &str, violations: &mut Vec<Violation>) {
    let keys = match schema.get("x-kubernetes-list-type").and_then(Value::as_str) {
        Some("set") => None,
        Some("map") => schema.get("x-kubernetes-list-map-keys").and_then(Value::as_array),
        _ => return,
    };
    // How often each item came so far; a third one is not reported again.
    let mut seen: BTreeMap<String, u32> = BTreeMap::new();
    for (index, item) in items.iter().enumerate() {
        let identity = match keys {
            None => item.to_string(),
            Some(keys) => keys
                .iter()
                .map(|key| {
                    key.as_str().and_then(|key| item.get(key)).map_or_else(String::new, Value::to_string)
                })
                .collect::<Vec<_>>()
                .join(" "),
        };
        let times = seen.entry(identity).or_default();
        *times += 1;
        if *times == 2 {
            violations.push(Violation {
                path: format!("{path}[{index}]"),
                kind: ViolationKind::Duplicate,
                message: "repeats an earlier item".to_owned(),
                rule: None,
            });
        }
    }
}
