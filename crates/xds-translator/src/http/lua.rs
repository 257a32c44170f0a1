//! Scripts that see and change requests and responses.
//!
//! API: `EnvoyExtensionPolicy.spec.lua`. Envoy: one filter `lua` for each script, with its source, off on listeners, which a
//! route turns on, with the script's context if it has one.

use eg_diag::Diagnostic;
use eg_ir::{FeatureId, features, route::Lua as Settings};
use prost_types::{ListValue, Struct, Value, value::Kind};
use serde_json::Map;

use super::{FilterChain, HttpFeature, RouteCx, ServerCx, processor};
use crate::envoy::{any, core, lua, route};

const FILTER: (&FeatureId, &str) = (&features::LUA, "envoy.filters.http.lua");

/// Scripts that see and change requests and responses.
pub(super) struct Lua;

impl HttpFeature for Lua {
    fn id(&self) -> FeatureId {
        features::LUA
    }

    fn filters(&self, cx: ServerCx<'_>, chain: &mut FilterChain) -> Result<(), Diagnostic> {
        processor::filters(cx, FILTER, chain, emit)
    }

    fn route(&self, cx: RouteCx<'_>, route: &mut route::Route) -> Result<(), Diagnostic> {
        processor::turn_on(cx, FILTER, route, |script| {
            let filter_context = Some(object(script.context.as_ref()?));
            Some(any(&lua::LuaPerRoute { filter_context, ..lua::LuaPerRoute::default() }))
        });
        Ok(())
    }
}

fn emit(Settings { name: _, position: _, source }: &Settings) -> lua::Lua {
    let source = core::data_source::Specifier::InlineString(source.clone());
    lua::Lua {
        default_source_code: Some(core::DataSource {
            specifier: Some(source),
            ..core::DataSource::default()
        }),
        ..lua::Lua::default()
    }
}

fn object(fields: &Map<String, serde_json::Value>) -> Struct {
    Struct { fields: fields.iter().map(|(key, field)| (key.clone(), value(field))).collect() }
}

fn value(json: &serde_json::Value) -> Value {
    use serde_json::Value as Json;
    let kind = match json {
        Json::Null => Kind::NullValue(0),
        Json::Bool(bool) => Kind::BoolValue(*bool),
        Json::Number(number) => Kind::NumberValue(number.as_f64().unwrap_or_default()),
        Json::String(text) => Kind::StringValue(text.clone()),
        Json::Array(values) => Kind::ListValue(ListValue { values: values.iter().map(value).collect() }),
        Json::Object(fields) => Kind::StructValue(object(fields)),
    };
    Value { kind: Some(kind) }
}
