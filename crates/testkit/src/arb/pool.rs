//! Small pools of names, so that references meet.

use proptest::{prelude::*, sample::select, strategy::BoxedStrategy};
use serde_json::{Value, json};

/// Namespaces.
pub(super) const NAMESPACES: &[&str] = &["default", "apps", "infra"];

/// The controller's name.
pub(super) const CONTROLLER: &str = "gateway.envoyproxy.io/gatewayclass-controller";

/// A namespace.
pub(super) fn namespace() -> impl Strategy<Value = &'static str> + Clone {
    select(NAMESPACES)
}

/// A namespace that a reference may name, or none.
pub(super) fn reference_namespace() -> impl Strategy<Value = Option<&'static str>> + Clone {
    prop_oneof![3 => Just(None), 2 => namespace().prop_map(Some)]
}

/// The name of a Gateway.
pub(super) fn gateway_name() -> impl Strategy<Value = &'static str> + Clone {
    select(&["gw", "edge"][..])
}

/// The name of a class; one of them is another controller's.
pub(super) fn class_name() -> impl Strategy<Value = &'static str> + Clone {
    prop_oneof![6 => Just("eg"), 1 => Just("foreign"), 1 => Just("missing")]
}

/// The name of a Service.
pub(super) fn service_name() -> impl Strategy<Value = &'static str> + Clone {
    select(&["one", "two", "three"][..])
}

/// The name of a Secret.
pub(super) fn secret_name() -> impl Strategy<Value = &'static str> + Clone {
    select(&["cert", "site"][..])
}

/// The name of an HTTPRouteFilter.
pub(super) fn http_route_filter_name() -> impl Strategy<Value = &'static str> + Clone {
    select(&["f1", "f2"][..])
}

/// The name of a route.
pub(super) fn route_name() -> impl Strategy<Value = &'static str> + Clone {
    select(&["r1", "r2", "r3", "r4", "r5"][..])
}

/// The name of a listener.
pub(super) fn section_name() -> impl Strategy<Value = &'static str> + Clone {
    select(&["http", "https", "alt"][..])
}

/// A port of a listener or Service.
pub(super) fn port() -> impl Strategy<Value = u16> + Clone {
    select(&[80_u16, 443, 8080][..])
}

/// A host name, rarely a wrong one.
pub(super) fn hostname() -> impl Strategy<Value = &'static str> + Clone {
    prop_oneof![
        7 => select(&["a.example.com", "b.example.com", "*.example.com", "example.org", "*.b.example.com"][..]),
        1 => select(&["Not A Host", "*", "a..b", "1.2.3.4"][..]),
    ]
}

/// A creation time, so that precedence by age occurs, also equal ages.
pub(super) fn created() -> impl Strategy<Value = &'static str> + Clone {
    select(&["2024-01-01T00:00:00Z", "2025-01-01T00:00:00Z", "2026-01-01T00:00:00Z"][..])
}

/// Metadata of a namespaced object.
pub(super) fn metadata(name: impl Strategy<Value = &'static str> + 'static) -> BoxedStrategy<Value> {
    (namespace(), name, created(), 1..4_i64)
        .prop_map(|(namespace, name, created, generation)| {
            json!({
                "namespace": namespace,
                "name": name,
                "creationTimestamp": created,
                "generation": generation,
                "uid": format!("{namespace}-{name}-{created}"),
            })
        })
        .boxed()
}

/// An optional field: the value or nothing.
pub(super) fn maybe<T: Into<Value> + std::fmt::Debug + Clone + 'static>(
    value: impl Strategy<Value = T> + 'static,
) -> BoxedStrategy<Value> {
    prop_oneof![Just(Value::Null), value.prop_map(Into::into)].boxed()
}

/// The object without its null fields, as a person would write it.
pub(super) fn compact(mut value: Value) -> Value {
    match &mut value {
        Value::Object(fields) => {
            fields.retain(|_, field| !field.is_null());
            for field in fields.values_mut() {
                *field = compact(field.take());
            }
        }
        Value::Array(items) => {
            for item in items {
                *item = compact(item.take());
            }
        }
        _ => {}
    }
    value
}

/// The items without those that repeat an earlier one in these fields; an API server refuses such lists.
pub(super) fn distinct(items: Vec<Value>, fields: &[&str]) -> Vec<Value> {
    let mut kept: Vec<Value> = Vec::with_capacity(items.len());
    for item in items {
        if !kept.iter().any(|held| fields.iter().all(|field| held[field] == item[field])) {
            kept.push(item);
        }
    }
    kept
}
