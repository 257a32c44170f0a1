//! JSON schemas of the types, as CRDs have them.
//!
//! A type states its facts in `schemars` attributes beside the field they are about; what repeats has a short name here:
//! string formats in [`fmt`], list markers and CEL rules as transforms. [`render`](structural) turns what `schemars`
//! makes of a type into a *structural* schema, the form that an API server accepts.

mod crd;
mod defaults;
pub mod fmt;
mod render;
mod version;

use std::collections::BTreeMap;
use std::sync::LazyLock;

use schemars::{JsonSchema, Schema};
use serde_json::{Value, json};

pub use crd::{CrdInfo, PrinterColumn, crd};
pub use defaults::Defaults;
pub use render::structural;

use crate::kinds::{KindInfo, Resource};

/// CEL rules, each with the message for objects that break it.
pub type Rules = &'static [(&'static str, &'static str)];

/// Adds CEL rules to a schema.
pub(crate) fn cel(rules: Rules) -> impl FnMut(&mut Schema) {
    move |schema| add_rules(schema, rules)
}

/// Allows only the listed strings as items of a list.
pub(crate) fn items_enum(values: &'static [&'static str]) -> impl FnMut(&mut Schema) {
    move |schema| {
        with_items(schema, |items| {
            items.insert("enum".into(), json!(values));
        });
    }
}

/// Marks a list that is replaced as a whole.
pub(crate) fn list_atomic(schema: &mut Schema) {
    schema.insert("x-kubernetes-list-type".into(), "atomic".into());
}

/// Marks a list that has no item twice.
pub(crate) fn list_set(schema: &mut Schema) {
    schema.insert("x-kubernetes-list-type".into(), "set".into());
}

/// Marks a list of objects that has no two with the same values of these fields, separated by spaces.
pub(crate) fn list_map(keys: &'static str) -> impl FnMut(&mut Schema) {
    move |schema| {
        schema.insert("x-kubernetes-list-type".into(), "map".into());
        schema.insert("x-kubernetes-list-map-keys".into(), keys.split(' ').collect());
    }
}

/// Conditions that a status begins with.
pub(crate) const ACCEPTED: &[&str] = &["Accepted"];
/// Conditions that a status begins with.
pub(crate) const ACCEPTED_PROGRAMMED: &[&str] = &["Accepted", "Programmed"];

/// Gives a list of conditions the default that nobody has looked at the object yet.
pub(crate) fn pending(types: &'static [&'static str]) -> impl FnMut(&mut Schema) {
    move |schema| {
        schema.insert("x-default".into(), pending_conditions(types));
    }
}

/// Gives a status the default that nobody has looked at the object yet.
pub(crate) fn pending_status(types: &'static [&'static str]) -> impl FnMut(&mut Schema) {
    move |schema| {
        schema.insert("x-default".into(), json!({ "conditions": pending_conditions(types) }));
    }
}

/// Wants an IP address as the value of an address of type `IPAddress`.
pub(crate) fn ip_address_or_other(schema: &mut Schema) {
    let one_of = json!([
        { "properties": { "type": { "enum": ["IPAddress"] }, "value": { "anyOf": [{ "format": "ipv4" }, { "format": "ipv6" }] } } },
        { "properties": { "type": { "not": { "enum": ["IPAddress"] } } } },
    ]);
    schema.insert("oneOf".into(), one_of);
}

fn pending_conditions(types: &[&str]) -> Value {
    types
        .iter()
        .map(|r#type| {
            json!({
                "type": r#type,
                "status": "Unknown",
                "reason": "Pending",
                "message": "Waiting for controller",
                "lastTransitionTime": "1970-01-01T00:00:00Z",
            })
        })
        .collect()
}

fn add_rules(schema: &mut Schema, rules: Rules) {
    let rules = rules.iter().map(|(rule, message)| json!({ "rule": rule, "message": message }));
    let present = schema.ensure_object().entry("x-kubernetes-validations").or_insert_with(|| json!([]));
    if let Some(present) = present.as_array_mut() {
        present.extend(rules);
    }
}

fn with_items(schema: &mut Schema, change: impl FnOnce(&mut Schema)) {
    if let Some(items) = schema.get_mut("items").and_then(|items| <&mut Schema>::try_from(items).ok()) {
        change(items);
    }
}

/// The structural schema of an object of a kind in a version; `None` for core kinds and unknown versions.
///
/// Each schema is made once, when it is first asked for.
pub fn schema(info: &KindInfo, version: &str) -> Option<&'static Value> {
    entry(info, version).map(|entry| &*entry.schema)
}

/// The defaults of a kind in a version, to be applied to objects; `None` where there is no schema.
pub fn defaults(info: &KindInfo, version: &str) -> Option<&'static Defaults> {
    entry(info, version).map(|entry| &*entry.defaults)
}

/// Drops nulls and fills in the defaults of an object's kind, as an API server does.
///
/// Core kinds have no defaults here; objects of kinds that are not in the list are left alone. Returns whether the kind
/// has defaults.
pub fn apply_defaults(object: &mut Value) -> bool {
    let Some((info, version)) = crate::kinds::find_for(object) else { return false };
    let found = defaults(info, version);
    match found {
        Some(defaults) => defaults.apply(object),
        None => defaults::drop_nulls(object, None),
    }
    found.is_some()
}

struct Entry {
    schema: LazyLock<Value, Box<dyn FnOnce() -> Value + Send>>,
    defaults: LazyLock<Defaults, Box<dyn FnOnce() -> Defaults + Send>>,
}

type Key = (&'static str, &'static str, &'static str);

fn entry(info: &KindInfo, version: &str) -> Option<&'static Entry> {
    static ENTRIES: LazyLock<BTreeMap<Key, Entry>> = LazyLock::new(entries);
    let version = info.versions.iter().copied().find(|known| *known == version)?;
    ENTRIES.get(&(info.group, info.kind, version))
}

fn add<T: Resource + JsonSchema>(entries: &mut BTreeMap<Key, Entry>) {
    for version in T::KIND.versions {
        let schema = || version::of::<T>(version);
        let entry = Entry {
            schema: LazyLock::new(Box::new(schema)),
            defaults: LazyLock::new(Box::new(move || Defaults::of(&schema()))),
        };
        entries.insert((T::KIND.group, T::KIND.kind, version), entry);
    }
}

macro_rules! described {
    ($($name:ident: $type:path {
        $group:literal, [$($version:literal),+], $kind:literal, $plural:literal, $scope:ident, $origin:ident, $status:ident
    })+) => {
        fn entries() -> BTreeMap<Key, Entry> {
            let mut entries = BTreeMap::new();
            $(described!(@add $origin $type, entries);)+
            entries
        }
    };
    (@add core $type:path, $entries:ident) => {};
    (@add $origin:ident $type:path, $entries:ident) => { add::<$type>(&mut $entries) };
}

crate::for_each_kind!(described);
