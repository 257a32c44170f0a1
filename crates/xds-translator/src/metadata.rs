//! The `envoy-gateway` metadata, which says what object a resource was made from.

use std::collections::BTreeMap;

use eg_ir::Origin;
use prost_types::{ListValue, Struct, Value, value::Kind};

use crate::envoy::core::Metadata;

/// The namespace of our metadata in a resource.
const NAMESPACE: &str = "envoy-gateway";

/// The metadata of a resource that was made from `origin`; none when the origin is unknown.
pub(crate) fn of(origin: &Origin) -> Option<Metadata> {
    let Origin { object, section, generation: _, annotations } = origin;
    if object.kind.kind.is_empty() {
        return None;
    }
    let mut resource = BTreeMap::from([
        ("kind".to_owned(), text(object.kind.kind)),
        ("name".to_owned(), text(&object.name)),
        ("namespace".to_owned(), text(&object.namespace)),
    ]);
    if let Some(section) = section {
        resource.insert("sectionName".to_owned(), text(section));
    }
    if !annotations.is_empty() {
        let annotations = annotations.iter().map(|(key, value)| (key.clone(), text(value))).collect();
        resource.insert("annotations".to_owned(), structure(annotations));
    }
    let resources = ListValue { values: vec![structure(resource)] };
    let ours =
        Struct { fields: BTreeMap::from([("resources".to_owned(), value(Kind::ListValue(resources)))]) };
    Some(Metadata { filter_metadata: BTreeMap::from([(NAMESPACE.to_owned(), ours)]), ..Metadata::default() })
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
