//! The types keep what objects say: valid objects survive reading and writing.

use eg_api::config::EnvoyGateway;
use eg_api::{Resource, kinds};
use serde::Deserialize;
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

        fn decode(kind: &str, object: &Value) -> Result<(), serde_json::Error> {
            match kind {
                $($kind => <$type>::deserialize(object).map(drop),)+
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

#[test]
fn recorded_inputs_decode() {
    let Some(cases) = facts::directory("parity/cases") else { return };
    let mut failures = Vec::new();
    let mut objects = 0;
    for entry in std::fs::read_dir(cases).unwrap() {
        let case = entry.unwrap().path();
        let text = |file: &str| std::fs::read_to_string(case.join(file)).unwrap();
        let config: Value = serde_saphyr::from_str(&text("config.yaml")).unwrap();
        match EnvoyGateway::parse(config) {
            Ok(config) => {
                let problems = config.defaulted().validate();
                failures.extend(problems.iter().map(|problem| format!("{}: {problem}", case.display())));
            }
            Err(error) => failures.push(format!("{}: {error}", case.display())),
        }
        for mut object in serde_saphyr::from_multiple::<Value>(&text("input.yaml")).unwrap() {
            if !eg_api::schema::apply_defaults(&mut object) {
                continue;
            }
            objects += 1;
            if let Err(error) = decode(object["kind"].as_str().unwrap(), &object) {
                failures.push(format!("{}: {} {error}", case.display(), object["kind"]));
            }
        }
    }
    assert!(objects > 4_000, "only {objects} objects");
    assert!(failures.is_empty(), "{} failures:\n{}", failures.len(), failures.join("\n"));
}
