//! `{}` for an `Any` without a type.
//!
//! Envoy's per-route `FilterConfig` may hold such an `Any`, to say no more than that the filter is on. The reflection
//! library refuses it in both directions, so while it works a message that nobody else uses stands in its place.

use prost_reflect::{Kind, MessageDescriptor};
use prost_types::Any;
use serde_json::{Map, Value};

use crate::pool;

/// The type URL of the stand-in.
const MARK: &str = "type.googleapis.com/xds_api.EmptyAny";

/// Puts the stand-in into an empty `Any`.
pub(super) fn mark(any: &mut Any) {
    if any.type_url.is_empty() && any.value.is_empty() {
        MARK.clone_into(&mut any.type_url);
    }
}

/// Takes the stand-in out again.
pub(super) fn unmark(any: &mut Any) {
    if any.type_url == MARK {
        *any = Any::default();
    }
}

/// Takes the stand-in out of the JSON form.
pub(super) fn unmark_json(value: &mut Value) {
    match value {
        Value::Object(object) if object.get("@type").is_some_and(|url| url == MARK) => object.clear(),
        Value::Object(object) => object.values_mut().for_each(unmark_json),
        Value::Array(items) => items.iter_mut().for_each(unmark_json),
        _ => {}
    }
}

/// Puts the stand-in wherever the message has an `Any` and the JSON has `{}`; says whether there was one.
pub(super) fn mark_json(value: &mut Value, descriptor: &MessageDescriptor) -> bool {
    let Value::Object(object) = value else { return false };
    match descriptor.full_name() {
        "google.protobuf.Any" if object.is_empty() => {
            object.insert("@type".into(), MARK.into());
            true
        }
        "google.protobuf.Any" => {
            let payload = object.get("@type").and_then(Value::as_str).and_then(pool::message);
            payload.is_some_and(|payload| mark_fields(object, &payload))
        }
        well_known if well_known.starts_with("google.protobuf.") => false,
        _ => mark_fields(object, descriptor),
    }
}

fn mark_fields(object: &mut Map<String, Value>, descriptor: &MessageDescriptor) -> bool {
    let mut marked = false;
    for (name, value) in object {
        let field = descriptor.get_field_by_name(name).or_else(|| descriptor.get_field_by_json_name(name));
        let Some(field) = field else { continue };
        let Kind::Message(message) = field.kind() else { continue };
        match value {
            Value::Object(entries) if field.is_map() => {
                let Kind::Message(of_value) = message.map_entry_value_field().kind() else { continue };
                for entry in entries.values_mut() {
                    marked |= mark_json(entry, &of_value);
                }
            }
            Value::Array(items) if field.is_list() => {
                for item in items {
                    marked |= mark_json(item, &message);
                }
            }
            single => marked |= mark_json(single, &message),
        }
    }
    marked
}
