//! Defaults of a schema, applied to objects as an API server does.

use std::collections::BTreeMap;

use serde_json::Value;

/// The defaults of a kind: the schema with everything else left out.
#[derive(Clone, Debug, Default)]
pub struct Defaults {
    fields: BTreeMap<String, Field>,
    /// What applies to the items of a list or the values of a map.
    elements: Option<Box<Defaults>>,
    /// Whether the value is anything, so that even its nulls are kept.
    opaque: bool,
}

#[derive(Clone, Debug)]
struct Field {
    default: Option<Value>,
    inner: Defaults,
}

impl Defaults {
    /// The defaults in a structural schema.
    pub fn of(schema: &Value) -> Self {
        let fields = schema["properties"]
            .as_object()
            .into_iter()
            .flatten()
            .map(|(name, schema)| {
                let field = Field { default: schema.get("default").cloned(), inner: Self::of(schema) };
                (name.clone(), field)
            })
            .filter(|(_, field)| field.default.is_some() || !field.inner.is_empty())
            .collect();
        let elements = schema
            .get("items")
            .or_else(|| schema.get("additionalProperties"))
            .map(Self::of)
            .filter(|elements| !elements.is_empty())
            .map(Box::new);
        let opaque = schema.get("x-kubernetes-preserve-unknown-fields").is_some();
        Self { fields, elements, opaque }
    }

    fn is_empty(&self) -> bool {
        self.fields.is_empty() && self.elements.is_none() && !self.opaque
    }

    /// Drops nulls, then fills in what is missing, level by level. Applying twice changes nothing more.
    pub fn apply(&self, value: &mut Value) {
        drop_nulls(value, Some(self));
        self.fill(value);
    }

    fn fill(&self, value: &mut Value) {
        match value {
            Value::Object(object) => {
                for (name, field) in &self.fields {
                    if let Some(default) = &field.default
                        && !object.contains_key(name)
                    {
                        object.insert(name.clone(), default.clone());
                    }
                    if let Some(value) = object.get_mut(name) {
                        field.inner.fill(value);
                    }
                }
                if let Some(elements) = &self.elements {
                    object.values_mut().for_each(|value| elements.fill(value));
                }
            }
            Value::Array(items) => {
                if let Some(elements) = &self.elements {
                    for item in items {
                        elements.fill(item);
                    }
                }
            }
            _ => {}
        }
    }
}

/// Drops fields that are null, as an API server does: no field of these APIs may be, unless it can be anything.
pub(super) fn drop_nulls(value: &mut Value, defaults: Option<&Defaults>) {
    if defaults.is_some_and(|defaults| defaults.opaque) {
        return;
    }
    let elements = defaults.and_then(|defaults| defaults.elements.as_deref());
    match value {
        Value::Object(object) => {
            object.retain(|_, value| !value.is_null());
            for (name, value) in object {
                let field = defaults.and_then(|defaults| defaults.fields.get(name)).map(|field| &field.inner);
                drop_nulls(value, field.or(elements));
            }
        }
        Value::Array(items) => {
            for item in items {
                drop_nulls(item, elements);
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn defaults_reach_lists_maps_and_other_defaults() {
        let defaults = Defaults::of(&json!({
            "properties": {
                "outer": {
                    "default": {},
                    "properties": { "inner": { "type": "string", "default": "x" } },
                },
                "list": { "items": { "properties": { "weight": { "default": 1 } } } },
                "map": { "additionalProperties": { "properties": { "weight": { "default": 2 } } } },
            },
        }));
        let mut value = json!({ "list": [{}, { "weight": 5 }], "map": { "a": {} }, "outer": null });
        defaults.apply(&mut value);
        let expected = json!({
            "outer": { "inner": "x" },
            "list": [{ "weight": 1 }, { "weight": 5 }],
            "map": { "a": { "weight": 2 } },
        });
        assert_eq!(value, expected);
        defaults.apply(&mut value);
        assert_eq!(value, expected);
    }

    #[test]
    fn nulls_go_except_inside_of_what_can_be_anything() {
        let defaults = Defaults::of(&json!({
            "properties": { "any": { "x-kubernetes-preserve-unknown-fields": true }, "known": {} },
        }));
        let mut value = json!({ "any": { "a": null }, "known": { "a": null, "b": [{ "c": null }] } });
        defaults.apply(&mut value);
        assert_eq!(value, json!({ "any": { "a": null }, "known": { "b": [{}] } }));
    }

    #[test]
    fn a_missing_object_without_default_stays_missing() {
        let defaults = Defaults::of(&json!({
            "properties": { "outer": { "properties": { "inner": { "default": "x" } } } },
        }));
        let mut value = json!({});
        defaults.apply(&mut value);
        assert_eq!(value, json!({}));
    }
}
