//! Proto JSON both ways, with `Any` payloads expanded in place.
//!
//! `serde_json::Value` also stands for YAML: parse YAML into it or print it as YAML. Input may name fields in
//! `snake_case` or `camelCase`; output uses the [`Case`] asked for and sorted keys. A payload is expanded to its fields
//! beside `@type`, for every message of the descriptor set, generated or not; an `Any` without a type is `{}`.

use bytes::Bytes;
use prost::Name;
use prost_reflect::{
    DeserializeOptions, DynamicMessage, MessageDescriptor, ReflectMessage, SerializeOptions,
};
use prost_types::Any;
use serde_json::Value;

mod empty_any;

use crate::encode::{encode_dynamic, encode_with};
use crate::pool;

/// How output names fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Case {
    /// As the `.proto` files do, the usual style of Envoy configuration: `per_connection_buffer_limit_bytes`.
    #[default]
    Snake,
    /// As the proto JSON mapping does by default: `perConnectionBufferLimitBytes`.
    Camel,
}

/// Why a message and its JSON form do not map to each other.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum JsonError {
    /// The descriptor set has no such message.
    #[error("unknown message type {0:?}")]
    UnknownType(String),
    /// The JSON does not describe the message: an unknown field or `@type`, a wrong type, a bad enum value or number.
    #[error("{}{message}", at(path))]
    Invalid {
        /// Where in the JSON: the object with an unknown field, or the `Any` around the mistake. Empty for the whole.
        path: String,
        /// What is wrong there.
        message: String,
    },
    /// The message has no JSON form: an `Any` of an unknown type, or a duration or timestamp out of range.
    #[error("{type_name} has no JSON form: {message}")]
    Unrepresentable {
        /// Full name of the message.
        type_name: String,
        /// The reason.
        message: String,
    },
    /// The bytes are not an encoding of the message.
    #[error("the bytes are not a valid {type_name}")]
    Malformed {
        /// Full name of the message.
        type_name: String,
        /// What the decoder ran into.
        source: prost::DecodeError,
    },
}

fn at(path: &str) -> String {
    if path.is_empty() { String::new() } else { format!("{path}: ") }
}

/// The JSON form of a message.
pub fn to_json<M: Name>(message: &M, case: Case) -> Result<Value, JsonError> {
    encoded_to_json(&M::full_name(), &message.encode_to_vec(), case)
}

/// The message a JSON value describes; `prost` encodes the result canonically, nested `Any`s included.
pub fn from_json<M: Name + Default>(value: &Value) -> Result<M, JsonError> {
    let bytes = json_to_encoded(&M::full_name(), value)?;
    M::decode(bytes).map_err(|source| JsonError::Malformed { type_name: M::full_name(), source })
}

/// The JSON form of an encoded message whose type is only known by its type URL or full name.
pub fn encoded_to_json(type_url: &str, bytes: &[u8], case: Case) -> Result<Value, JsonError> {
    let message = DynamicMessage::decode(descriptor(type_url)?, bytes)
        .map_err(|source| JsonError::Malformed { type_name: pool::full_name(type_url).to_owned(), source })?;
    let mut value = match serialize(&message, case) {
        Ok(value) => value,
        // The library has no form for an `Any` without a type; it is the only failure that can be mended.
        Err(error) => {
            let marked = encode_with(&message, empty_any::mark);
            let marked =
                DynamicMessage::decode(message.descriptor(), marked.as_slice()).map_err(|_| error)?;
            let mut value = serialize(&marked, case)?;
            empty_any::unmark_json(&mut value);
            value
        }
    };
    // Maps arrive in random order; without effect unless a dependency turns on serde_json's `preserve_order`.
    value.sort_all_objects();
    print_whole_numbers(&mut value);
    Ok(value)
}

/// Whole numbers up to here are exact as floating point.
const MAX_EXACT: f64 = 9_007_199_254_740_992.0;

/// Writes a floating point 20.0 as 20, as other implementations do; a JSON patch could not test for it otherwise.
fn print_whole_numbers(value: &mut Value) {
    match value {
        Value::Number(number) if number.is_f64() => {
            let whole = number.as_f64().filter(|n| n.fract() == 0.0 && n.abs() <= MAX_EXACT);
            // Minus zero would lose its sign.
            if let Some(whole) = whole.filter(|n| *n != 0.0 || n.is_sign_positive()) {
                #[expect(clippy::cast_possible_truncation, reason = "whole and in range")]
                let integer = whole as i64;
                *number = integer.into();
            }
        }
        Value::Array(items) => items.iter_mut().for_each(print_whole_numbers),
        Value::Object(object) => object.values_mut().for_each(print_whole_numbers),
        _ => {}
    }
}

fn serialize(message: &DynamicMessage, case: Case) -> Result<Value, JsonError> {
    let options = SerializeOptions::new().use_proto_field_name(case == Case::Snake);
    message.serialize_with_options(serde_json::value::Serializer, &options).map_err(|error| {
        JsonError::Unrepresentable {
            type_name: message.descriptor().full_name().to_owned(),
            message: error.to_string(),
        }
    })
}

/// The canonical encoding of the message a JSON value describes; the type is a type URL or full name.
pub fn json_to_encoded(type_url: &str, value: &Value) -> Result<Bytes, JsonError> {
    let descriptor = descriptor(type_url)?;
    match deserialize(&descriptor, value) {
        Ok(message) => Ok(encode_dynamic(&message).into()),
        Err(error) => {
            let mut marked = value.clone();
            if !empty_any::mark_json(&mut marked, &descriptor) {
                return Err(error);
            }
            let message = deserialize(&descriptor, &marked)?;
            Ok(encode_with(&message, empty_any::unmark).into())
        }
    }
}

fn deserialize(descriptor: &MessageDescriptor, value: &Value) -> Result<DynamicMessage, JsonError> {
    let options = DeserializeOptions::new().deny_unknown_fields(true);
    let mut track = serde_path_to_error::Track::new();
    let deserializer = serde_path_to_error::Deserializer::new(value, &mut track);
    DynamicMessage::deserialize_with_options(descriptor.clone(), deserializer, &options).map_err(|error| {
        let path = track.path().to_string();
        let path = if path == "." { String::new() } else { path };
        JsonError::Invalid { path, message: error.to_string() }
    })
}

/// The JSON form of an `Any`: the fields of its payload beside `@type`.
pub fn any_to_json(any: &Any, case: Case) -> Result<Value, JsonError> {
    to_json(any, case)
}

/// The `Any` a JSON object with `@type` describes; its payload is canonical.
pub fn any_from_json(value: &Value) -> Result<Any, JsonError> {
    from_json(value)
}

fn descriptor(type_url: &str) -> Result<MessageDescriptor, JsonError> {
    pool::message(type_url).ok_or_else(|| JsonError::UnknownType(type_url.to_owned()))
}
