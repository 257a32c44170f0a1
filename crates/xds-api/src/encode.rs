//! One byte string per message, whatever produced it.
//!
//! A proxy sees a resource version, which is a hash of bytes, so the same message must always encode to the same bytes.
//! The generated types guarantee that by themselves: fields are written in a fixed order and maps are `BTreeMap`s. What
//! they cannot order is the payload of a nested `Any`, which is bytes to them: one written by another implementation,
//! or by reflection, has its map entries in a random order. The functions here rewrite those payloads, to any depth, in
//! the exact order the generated types use.

use bytes::Bytes;
use prost::encoding::{WireType, encode_key, encode_varint};
use prost::{Message, Name};
use prost_reflect::{DynamicMessage, FieldDescriptor, Kind, MapKey, ReflectMessage, Value};
use prost_types::Any;

use crate::pool;

/// How many `Any` inside `Any` are rewritten; deeper payloads stay as they are.
const MAX_DEPTH: usize = 64;

/// Why bytes cannot be brought into canonical form.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EncodeError {
    /// The descriptor set has no such message.
    #[error("unknown message type {0:?}")]
    UnknownType(String),
    /// The bytes are not an encoding of the message.
    #[error("the bytes are not a valid {type_name}")]
    Malformed {
        /// Full name of the message.
        type_name: String,
        /// What the decoder ran into.
        source: prost::DecodeError,
    },
}

/// The canonical encoding of a message, nested `Any` payloads included.
///
/// Only needed for messages with `Any`s of foreign origin; everything packed by [`pack`](crate::pack) or read by
/// [`from_json`](crate::from_json) is canonical when `prost` encodes it.
pub fn canonical<M: Name>(message: &M) -> Bytes {
    let bytes = message.encode_to_vec();
    match canonicalize(&M::full_name(), &bytes) {
        Ok(canonical) => canonical,
        // A message type of the caller's own: nothing is known about what it holds.
        Err(_) => bytes.into(),
    }
}

/// Brings an encoded message into canonical form; `type_url` may also be the full name.
pub fn canonicalize(type_url: &str, bytes: &[u8]) -> Result<Bytes, EncodeError> {
    let descriptor = pool::message(type_url).ok_or_else(|| EncodeError::UnknownType(type_url.to_owned()))?;
    let message = DynamicMessage::decode(descriptor, bytes).map_err(|source| EncodeError::Malformed {
        type_name: pool::full_name(type_url).to_owned(),
        source,
    })?;
    Ok(encode_dynamic(&message).into())
}

/// The canonical encoding of a reflected message.
pub(crate) fn encode_dynamic(message: &DynamicMessage) -> Vec<u8> {
    encode_with(message, |_| {})
}

/// The canonical encoding after `adapt` has changed every `Any`, outer ones first.
pub(crate) fn encode_with(message: &DynamicMessage, adapt: fn(&mut Any)) -> Vec<u8> {
    encoded(message, Level { depth: 0, adapt })
}

/// What a nested call has to know.
#[derive(Clone, Copy)]
struct Level {
    depth: usize,
    adapt: fn(&mut Any),
}

fn encoded(message: &DynamicMessage, level: Level) -> Vec<u8> {
    if message.descriptor().full_name() == "google.protobuf.Any" {
        return encode_any(message, level);
    }
    let mut fields: Vec<_> = message.fields().collect();
    fields.sort_by_key(|(field, _)| position(field));
    let mut out = Vec::new();
    for (field, value) in fields {
        encode_field(&field, value, level, &mut out);
    }
    message.unknown_fields().for_each(|field| field.encode(&mut out));
    out
}

fn encode_any(message: &DynamicMessage, level: Level) -> Vec<u8> {
    // `transcode_to` fails only for a descriptor that is not `Any`'s.
    let mut any: Any = message.transcode_to().unwrap_or_default();
    (level.adapt)(&mut any);
    if level.depth < MAX_DEPTH
        && let Some(descriptor) = pool::message(&any.type_url)
        && let Ok(payload) = DynamicMessage::decode(descriptor, any.value.as_slice())
    {
        any.value = encoded(&payload, Level { depth: level.depth + 1, ..level });
    }
    any.encode_to_vec()
}

/// Where the generated types write a field: at its number, and all members of a oneof at the smallest of theirs.
fn position(field: &FieldDescriptor) -> u32 {
    field
        .containing_oneof()
        .and_then(|oneof| oneof.fields().map(|member| member.number()).min())
        .unwrap_or_else(|| field.number())
}

fn encode_field(field: &FieldDescriptor, value: &Value, level: Level, out: &mut Vec<u8>) {
    let (number, kind) = (field.number(), field.kind());
    match value {
        Value::List(items) if field.is_packed() => {
            let mut packed = Vec::new();
            for item in items {
                encode_value(&kind, item, level, &mut packed);
            }
            encode_bytes(number, &packed, out);
        }
        Value::List(items) => {
            for item in items {
                encode_key(number, wire_type(&kind), out);
                encode_value(&kind, item, level, out);
            }
        }
        Value::Map(map) => {
            let Kind::Message(entry) = kind else { return };
            let (key, value) = (entry.map_entry_key_field().kind(), entry.map_entry_value_field().kind());
            let mut entries: Vec<(&MapKey, &Value)> = map.iter().collect();
            entries.sort_by_key(|(key, _)| *key);
            for (k, v) in entries {
                let mut bytes = Vec::new();
                encode_entry_part(1, &key, &Value::from(k.clone()), level, &mut bytes);
                encode_entry_part(2, &value, v, level, &mut bytes);
                encode_bytes(number, &bytes, out);
            }
        }
        single => {
            encode_key(number, wire_type(&kind), out);
            encode_value(&kind, single, level, out);
        }
    }
}

/// Writes the key or the value of a map entry; the generated types leave out defaults.
fn encode_entry_part(number: u32, kind: &Kind, value: &Value, level: Level, out: &mut Vec<u8>) {
    let mut bytes = Vec::new();
    encode_value(kind, value, level, &mut bytes);
    let is_default = match value {
        // The only encoding of an empty message is the length zero.
        Value::Message(_) => bytes == [0],
        other => other.is_default(kind),
    };
    if !is_default {
        encode_key(number, wire_type(kind), out);
        out.extend_from_slice(&bytes);
    }
}

fn encode_bytes(number: u32, bytes: &[u8], out: &mut Vec<u8>) {
    encode_key(number, WireType::LengthDelimited, out);
    encode_length_delimited(bytes, out);
}

fn encode_length_delimited(bytes: &[u8], out: &mut Vec<u8>) {
    encode_varint(bytes.len() as u64, out);
    out.extend_from_slice(bytes);
}

fn wire_type(kind: &Kind) -> WireType {
    match kind {
        Kind::Double | Kind::Fixed64 | Kind::Sfixed64 => WireType::SixtyFourBit,
        Kind::Float | Kind::Fixed32 | Kind::Sfixed32 => WireType::ThirtyTwoBit,
        Kind::String | Kind::Bytes | Kind::Message(_) => WireType::LengthDelimited,
        _ => WireType::Varint,
    }
}

#[expect(clippy::cast_sign_loss, reason = "the wire format defines these casts")]
fn encode_value(kind: &Kind, value: &Value, level: Level, out: &mut Vec<u8>) {
    match (kind, value) {
        (Kind::Sint32, Value::I32(v)) => encode_varint(u64::from(((v << 1) ^ (v >> 31)) as u32), out),
        (Kind::Sint64, Value::I64(v)) => encode_varint(((v << 1) ^ (v >> 63)) as u64, out),
        (Kind::Sfixed32, Value::I32(v)) => out.extend_from_slice(&v.to_le_bytes()),
        (Kind::Sfixed64, Value::I64(v)) => out.extend_from_slice(&v.to_le_bytes()),
        (Kind::Fixed32, Value::U32(v)) => out.extend_from_slice(&v.to_le_bytes()),
        (Kind::Fixed64, Value::U64(v)) => out.extend_from_slice(&v.to_le_bytes()),
        (_, Value::Bool(v)) => encode_varint(u64::from(*v), out),
        (_, Value::I32(v) | Value::EnumNumber(v)) => encode_varint(i64::from(*v) as u64, out),
        (_, Value::I64(v)) => encode_varint(*v as u64, out),
        (_, Value::U32(v)) => encode_varint(u64::from(*v), out),
        (_, Value::U64(v)) => encode_varint(*v, out),
        (_, Value::F32(v)) => out.extend_from_slice(&v.to_le_bytes()),
        (_, Value::F64(v)) => out.extend_from_slice(&v.to_le_bytes()),
        (_, Value::String(v)) => encode_length_delimited(v.as_bytes(), out),
        (_, Value::Bytes(v)) => encode_length_delimited(v, out),
        (_, Value::Message(v)) => encode_length_delimited(&encoded(v, level), out),
        // Lists and maps never nest directly.
        (_, Value::List(_) | Value::Map(_)) => {}
    }
}
