//! Merging of bootstraps the way protocol buffers merge messages.
//!
//! Set fields of the second message win; lists are appended, maps are merged by key, messages are merged field by field,
//! and setting one choice of a oneof clears the others. Well-known types (durations, wrappers, `Any`) count as values: a
//! timeout of `1s` merged into one of `0.25s` is `1s`, not `1.25s`.

use prost::{Message as _, Name as _};
use prost_reflect::{DynamicMessage, ReflectMessage as _, Value as Field};
use serde_json::Value;
use xds_api::Case;
use xds_api::pb::envoy::config::bootstrap::v3::Bootstrap;

use super::BootstrapError;

/// The proto JSON of `base` with `other` merged into it.
pub(super) fn merged(base: &Value, other: &Value) -> Result<Value, BootstrapError> {
    let mut message = decode(base)?;
    merge(&mut message, &decode(other)?);
    xds_api::encoded_to_json(&Bootstrap::full_name(), &message.encode_to_vec(), Case::Snake)
        .map_err(|error| BootstrapError::Decode(error.to_string()))
}

fn decode(bootstrap: &Value) -> Result<DynamicMessage, BootstrapError> {
    let name = Bootstrap::full_name();
    let refused = |error: &dyn std::fmt::Display| BootstrapError::Decode(error.to_string());
    let bytes = xds_api::json_to_encoded(&name, bootstrap).map_err(|error| refused(&error))?;
    let descriptor = xds_api::descriptor_pool()
        .get_message_by_name(&name)
        .ok_or_else(|| BootstrapError::Decode(format!("there is no message {name}")))?;
    DynamicMessage::decode(descriptor, bytes).map_err(|error| refused(&error))
}

fn merge(target: &mut DynamicMessage, other: &DynamicMessage) {
    for (field, value) in other.fields() {
        match (target.get_field_mut(&field), value) {
            (Field::List(items), Field::List(more)) => items.extend_from_slice(more),
            (Field::Map(entries), Field::Map(more)) => {
                entries.extend(more.iter().map(|(key, value)| (key.clone(), value.clone())));
            }
            (Field::Message(inner), Field::Message(more)) if !is_value(more) => merge(inner, more),
            (slot, value) => *slot = value.clone(),
        }
    }
}

/// Whether a message is replaced as a whole.
fn is_value(message: &DynamicMessage) -> bool {
    let descriptor = message.descriptor();
    descriptor.package_name() == "google.protobuf" && descriptor.name() != "Struct"
}
