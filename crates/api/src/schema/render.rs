//! From what `schemars` makes of a type to a structural schema.

use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};

/// The structural schema of a type: everything in place, no nulls, no titles, defaults only where the API has them.
///
/// For an object of a kind, `root` names the field that must be there (`spec`); `apiVersion` and `kind` are added and
/// the schema of the metadata is left to the API server. For a part of an object it is `None`.
pub fn structural<T: JsonSchema>(root: Option<&str>) -> Value {
    let mut settings = SchemaSettings::openapi3().for_serialize();
    settings.inline_subschemas = true;
    settings.meta_schema = None;
    settings.transforms.clear();
    let mut schema = settings.into_generator().into_root_schema_for::<T>().to_value();
    render(&mut schema);
    if let Some(required) = root {
        as_root(&mut schema, required);
    }
    schema
}

fn as_root(schema: &mut Value, required: &str) {
    let Some(schema) = schema.as_object_mut() else { return };
    let needs = schema
        .get("required")
        .and_then(Value::as_array)
        .is_some_and(|names| names.contains(&json!(required)));
    if needs {
        schema.insert("required".into(), json!([required]));
    } else {
        schema.remove("required");
    }
    if let Some(properties) = schema.get_mut("properties").and_then(Value::as_object_mut) {
        properties.insert("apiVersion".into(), json!({ "type": "string", "description": API_VERSION }));
        properties.insert("kind".into(), json!({ "type": "string", "description": KIND }));
        properties.insert("metadata".into(), json!({ "type": "object" }));
    }
}

const API_VERSION: &str = "Group and version of the API that the object is written in.";
const KIND: &str = "Kind of the object, in CamelCase.";

fn render(schema: &mut Value) {
    if *schema == Value::Bool(true) {
        *schema = json!({ "x-kubernetes-preserve-unknown-fields": true });
    }
    let Some(node) = schema.as_object_mut() else { return };
    for name in ["$schema", "title", "default", "nullable"] {
        node.remove(name);
    }
    if let Some(default) = node.remove("x-default") {
        node.insert("default".into(), default);
    }
    drop_null(node);
    if let Some(Value::String(description)) = node.get_mut("description") {
        *description = one_line_per_paragraph(description);
    }
    for name in ["properties", "patternProperties"] {
        if let Some(children) = node.get_mut(name).and_then(Value::as_object_mut) {
            children.values_mut().for_each(render);
        }
    }
    for name in ["items", "additionalProperties"] {
        if let Some(child) = node.get_mut(name) {
            render(child);
        }
    }
    if node.get("x-kubernetes-int-or-string").is_some() {
        node.remove("type");
    }
}

/// Optional fields are left out, never null.
fn drop_null(node: &mut Map<String, Value>) {
    if let Some(Value::Array(types)) = node.get_mut("type") {
        types.retain(|name| name != "null");
        if let [only] = types.as_slice() {
            let only = only.clone();
            node.insert("type".into(), only);
        }
    }
    if let Some(Value::Array(values)) = node.get_mut("enum") {
        values.retain(|value| !value.is_null());
    }
    if let Some(Value::Array(branches)) = node.get_mut("anyOf") {
        let before = branches.len();
        branches.retain(|branch| branch["type"] != "null" && branch["enum"] != json!([null]));
        if branches.len() < before
            && branches.len() == 1
            && let Some(Value::Object(only)) = branches.pop()
        {
            node.remove("anyOf");
            for (name, value) in only {
                node.entry(name).or_insert(value);
            }
        }
    }
}

fn one_line_per_paragraph(text: &str) -> String {
    text.split("\n\n").map(|paragraph| paragraph.replace('\n', " ")).collect::<Vec<_>>().join("\n\n")
}
