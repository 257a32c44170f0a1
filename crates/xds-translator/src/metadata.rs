//! The `envoy-gateway` metadata, which says what object a resource was made from.

use std::collections::BTreeMap;

use eg_diag::ObjectRef;
use eg_ir::Origin;
use prost_types::{ListValue, Struct, Value, value::Kind};

use crate::envoy::core::Metadata;

/// The namespace of our metadata in a resource.
pub(crate) const NAMESPACE: &str = "envoy-gateway";

/// The metadata of a resource that was made from `origin`; none when the origin is unknown.
pub(crate) fn of(origin: &Origin) -> Option<Metadata> {
    with_policies(origin, &[])
}

/// The metadata of a resource that was made from `origin` and shaped by policies.
pub(crate) fn with_policies(origin: &Origin, policies: &[ObjectRef]) -> Option<Metadata> {
    let Origin { object, section, generation: _, annotations } = origin;
    if object.kind.kind.is_empty() {
        return None;
    }
    let mut resource = identity(object);
    if let Some(section) = section {
        resource.insert("sectionName".to_owned(), text(section));
    }
    if let Some(annotations) = annotations {
        let annotations = annotations.iter().map(|(key, value)| (key.clone(), text(value))).collect();
        resource.insert("annotations".to_owned(), structure(annotations));
    }
    let mut fields = BTreeMap::from([("resources".to_owned(), list(vec![structure(resource)]))]);
    if !policies.is_empty() {
        let policies = policies.iter().map(|policy| structure(identity(policy))).collect();
        fields.insert("policies".to_owned(), list(policies));
    }
    Some(Metadata {
        filter_metadata: BTreeMap::from([(NAMESPACE.to_owned(), Struct { fields })]),
        ..Metadata::default()
    })
}

fn identity(object: &ObjectRef) -> BTreeMap<String, Value> {
    BTreeMap::from([
        ("kind".to_owned(), text(object.kind.kind)),
        ("name".to_owned(), text(&object.name)),
        ("namespace".to_owned(), text(&object.namespace)),
    ])
}

/// A structure whose values are all text.
pub(crate) fn texts(entries: &[(&str, &str)]) -> Struct {
    Struct { fields: entries.iter().map(|(key, value)| ((*key).to_owned(), text(value))).collect() }
}

fn text(text: &str) -> Value {
    value(Kind::StringValue(text.to_owned()))
}

fn structure(fields: BTreeMap<String, Value>) -> Value {
    value(Kind::StructValue(Struct { fields }))
}

fn list(values: Vec<Value>) -> Value {
    value(Kind::ListValue(ListValue { values }))
}

fn value(kind: Kind) -> Value {
    Value { kind: Some(kind) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_origin_has_no_metadata() {
        assert_eq!(of(&Origin::default()), None);
    }
}
