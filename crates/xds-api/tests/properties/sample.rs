//! Messages of any type, made from bytes so that a failing one shrinks with them.

use std::collections::HashMap;

use prost::Message;
use prost_reflect::{DynamicMessage, FieldDescriptor, Kind, MapKey, MessageDescriptor, Value};
use prost_types::Any;
use xds_api::descriptor_pool;

/// What an `Any` may hold: types with maps, one without generated code, and a well-known type.
const PAYLOADS: [&str; 4] = [
    "envoy.config.core.v3.Metadata",
    "envoy.extensions.access_loggers.file.v3.FileAccessLog",
    "envoy.extensions.filters.http.thrift_to_metadata.v3.ThriftToMetadata",
    "google.protobuf.Struct",
];

const TEXTS: [&str; 8] = ["", "a", "x-header", "/path/b", "ünïcode ☃", "with \"quotes\"\n", "0", "null"];

/// Decisions read from bytes; when they run out, every decision is the plainest one.
pub(crate) struct Source<'a> {
    bytes: &'a [u8],
}

impl<'a> Source<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes }
    }

    fn byte(&mut self) -> u8 {
        let Some((first, rest)) = self.bytes.split_first() else { return 0 };
        self.bytes = rest;
        *first
    }

    fn below(&mut self, bound: usize) -> usize {
        usize::from(self.byte()) % bound.max(1)
    }

    /// True for about a third of the bytes, never when they have run out.
    fn rarely(&mut self) -> bool {
        self.byte() >= 168
    }

    fn text(&mut self) -> String {
        TEXTS[self.below(TEXTS.len())].to_owned()
    }

    fn integer(&mut self, min: i64, max: i64) -> i64 {
        match self.byte() {
            254 => min,
            255 => max,
            small => i64::from(small).clamp(min, max),
        }
    }

    fn fraction(&mut self) -> f64 {
        (f64::from(self.byte()) - 128.0) / 4.0
    }

    /// A message of the type, at most `depth` messages deep.
    pub(crate) fn message(&mut self, descriptor: &MessageDescriptor, depth: usize) -> DynamicMessage {
        let mut message = DynamicMessage::new(descriptor.clone());
        match descriptor.full_name() {
            "google.protobuf.Any" => message.transcode_from(&self.any(depth)).unwrap(),
            "google.protobuf.Duration" => {
                let (seconds, nanos) = (self.integer(0, 315_576_000_000), self.nanos());
                message.transcode_from(&prost_types::Duration { seconds, nanos }).unwrap();
            }
            "google.protobuf.Timestamp" => {
                let (seconds, nanos) = (self.integer(-62_135_596_800, 253_402_300_799), self.nanos());
                message.transcode_from(&prost_types::Timestamp { seconds, nanos }).unwrap();
            }
            "google.protobuf.Value" => message.transcode_from(&self.json(depth)).unwrap(),
            "google.protobuf.FieldMask" => {}
            _ => {
                for field in descriptor.fields() {
                    if self.rarely() {
                        self.set(&mut message, &field, depth);
                    }
                }
            }
        }
        message
    }

    fn nanos(&mut self) -> i32 {
        i32::from(self.byte()) * 1_000_003
    }

    fn any(&mut self, depth: usize) -> Any {
        if depth == 0 {
            return Any { type_url: "type.googleapis.com/google.protobuf.Empty".into(), value: Vec::new() };
        }
        if self.byte() >= 240 {
            return Any::default();
        }
        let name = PAYLOADS[self.below(PAYLOADS.len())];
        let descriptor = descriptor_pool().get_message_by_name(name).unwrap();
        // Reflection writes maps in random order, which is the point.
        let value = self.message(&descriptor, depth - 1).encode_to_vec();
        Any { type_url: format!("type.googleapis.com/{name}"), value }
    }

    fn json(&mut self, depth: usize) -> prost_types::Value {
        use prost_types::value::Kind;
        let kind = match self.below(if depth == 0 { 4 } else { 5 }) {
            0 => Kind::NullValue(0),
            1 => Kind::BoolValue(self.rarely()),
            2 => Kind::NumberValue(self.fraction()),
            3 => Kind::StringValue(self.text()),
            _ => {
                let values = (0..self.below(3)).map(|_| self.json(depth - 1)).collect();
                Kind::ListValue(prost_types::ListValue { values })
            }
        };
        prost_types::Value { kind: Some(kind) }
    }

    fn set(&mut self, message: &mut DynamicMessage, field: &FieldDescriptor, depth: usize) {
        if depth == 0 && matches!(field.kind(), Kind::Message(_)) {
            return;
        }
        let kind = field.kind();
        let value = if field.is_map() {
            let Kind::Message(entry) = kind else { return };
            let (key, value) = (entry.map_entry_key_field().kind(), entry.map_entry_value_field().kind());
            if depth == 1 && matches!(value, Kind::Message(_)) {
                return;
            }
            let entries: HashMap<MapKey, Value> =
                (0..self.below(6)).map(|_| (self.key(&key), self.value(&value, depth - 1))).collect();
            Value::Map(entries)
        } else if field.is_list() {
            Value::List((0..self.below(4)).map(|_| self.value(&kind, depth)).collect())
        } else {
            self.value(&kind, depth)
        };
        message.set_field(field, value);
    }

    fn key(&mut self, kind: &Kind) -> MapKey {
        self.value(kind, 0).into_map_key().unwrap()
    }

    fn value(&mut self, kind: &Kind, depth: usize) -> Value {
        let (i32_range, u32_range) = ((i64::from(i32::MIN), i64::from(i32::MAX)), (0, i64::from(u32::MAX)));
        match kind {
            Kind::Message(message) => Value::Message(self.message(message, depth.saturating_sub(1))),
            Kind::Enum(values) => {
                let count = values.values().len();
                Value::EnumNumber(values.values().nth(self.below(count)).unwrap().number())
            }
            Kind::Bool => Value::Bool(self.rarely()),
            Kind::String => Value::String(self.text()),
            Kind::Bytes => Value::Bytes(self.text().into_bytes().into()),
            Kind::Double => Value::F64(self.fraction()),
            #[expect(clippy::cast_possible_truncation, reason = "quarters up to 32 are exact")]
            Kind::Float => Value::F32(self.fraction() as f32),
            Kind::Int32 | Kind::Sint32 | Kind::Sfixed32 => {
                Value::I32(i32::try_from(self.integer(i32_range.0, i32_range.1)).unwrap())
            }
            Kind::Int64 | Kind::Sint64 | Kind::Sfixed64 => Value::I64(self.integer(i64::MIN, i64::MAX)),
            Kind::Uint32 | Kind::Fixed32 => {
                Value::U32(u32::try_from(self.integer(u32_range.0, u32_range.1)).unwrap())
            }
            Kind::Uint64 | Kind::Fixed64 => Value::U64(self.integer(0, i64::MAX).unsigned_abs()),
        }
    }
}
