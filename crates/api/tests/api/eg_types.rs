//! The types keep what objects say: valid objects survive reading and writing.

use eg_api::{Resource, kinds};
use serde_json::{Map, Value};

use crate::facts;

/// Reads and writes an object of a kind.
fn survive<T: Resource>(object: &Value) -> Value {
    serde_json::from_value::<T>(object.clone()).unwrap().to_value().unwrap()
}

macro_rules! by_kind {
    ($($name:ident: $type:path {
        $group:literal, [$($version:literal),+], $kind:literal, $plural:literal, $scope:ident, $origin:ident, $status:ident
    })+) => {
        fn round(kind: &str, object: &Value) -> Value {
            match kind {
                $($kind => survive::<$type>(object),)+
                other => panic!("{other} is not in the list"),
            }
        }
    };
}
eg_api::for_each_kind!(by_kind);

/// Without what an empty list, map or object says as well by its absence.
fn without_empty(value: &Value) -> Value {
    let kept = |value: &Value| match value {
        Value::Null => false,
        Value::Object(fields) => !fields.is_empty(),
        Value::Array(items) => !items.is_empty(),
        _ => true,
    };
    match value {
        Value::Object(fields) => {
            let fields = fields.iter().map(|(name, field)| (name.clone(), without_empty(field)));
            Value::Object(fields.filter(|(_, field)| kept(field)).collect::<Map<_, _>>())
        }
        Value::Array(items) => items.iter().map(without_empty).collect(),
        other => other.clone(),
    }
}

#[test]
fn valid_objects_survive() {
    let Some(corpus) = facts::directory("cel-corpus") else { return };
    let mut objects = 0;
    for entry in std::fs::read_dir(corpus).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "jsonl") {
            continue;
        }
        for line in std::fs::read_to_string(&path).unwrap().lines() {
            let case: Value = serde_json::from_str(line).unwrap();
            let mut object = case["object"].clone();
            eg_api::schema::apply_defaults(&mut object);
            let object = &object;
            if case["valid"] != true || case.get("pruned").is_some() || kinds::find_for(object).is_none() {
                continue;
            }
            let mut written = round(object["kind"].as_str().unwrap(), object);
            // Written in the preferred version.
            written["apiVersion"] = object["apiVersion"].clone();
            assert_eq!(without_empty(&written), without_empty(object), "{}", case["name"]);
            objects += 1;
        }
    }
    assert!(objects > 300, "only {objects} objects");
}
