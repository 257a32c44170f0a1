//! What to check on a message type, compiled from its descriptor once.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, LazyLock, OnceLock, PoisonError, RwLock};

use prost_reflect::{
    DynamicMessage, ExtensionDescriptor, FieldDescriptor, Kind, MessageDescriptor, OneofDescriptor, Value,
};

use super::limits::Limits;
use super::rules::{self, AnyRules, CountRules, EnumRules};
use super::text::TextRules;
use super::wire::{Malformed, Repr, Wire};
use crate::pb::validate::FieldRules;
use crate::pb::validate::field_rules::Type;
use crate::pool;

/// The checks of one message type.
#[derive(Debug)]
pub(super) struct Plan {
    pub(super) full_name: String,
    /// The fields with something to check, by number.
    pub(super) fields: Vec<Field>,
    pub(super) required_oneofs: Vec<RequiredOneof>,
    /// Rules this crate does not implement. A message that has one is never valid; a test keeps the list empty.
    pub(super) unsupported: Vec<String>,
}

/// A oneof of which one member must be set.
#[derive(Debug)]
pub(super) struct RequiredOneof {
    pub(super) name: String,
    /// Indices into the plan's fields.
    pub(super) members: BTreeSet<usize>,
}

/// One field with something to check.
#[derive(Debug)]
pub(super) struct Field {
    number: u32,
    pub(super) name: String,
    /// It must be present.
    pub(super) required: bool,
    /// Absence means a default value, which is checked like any other.
    pub(super) has_default: bool,
    pub(super) shape: Shape,
}

/// One value, many, or a map.
#[derive(Debug)]
pub(super) enum Shape {
    One(ValueRule),
    Many { list: CountRules, item: Item },
    Map { map: CountRules, key: Key, value: ValueRule },
}

/// The elements of a list.
#[derive(Debug)]
pub(super) struct Item {
    repr: Repr,
    pub(super) rule: ValueRule,
}

impl Item {
    /// Appends the elements of one occurrence, which may be packed.
    pub(super) fn unpack<'a>(&self, wire: Wire<'a>, items: &mut Vec<Wire<'a>>) -> Result<(), Malformed> {
        self.repr.unpack(wire, items)
    }
}

/// The keys of a map.
#[derive(Debug)]
pub(super) struct Key {
    repr: Repr,
    pub(super) rule: ValueRule,
}

impl Key {
    /// The key as a path shows it.
    pub(super) fn label(&self, wire: Option<Wire<'_>>) -> String {
        match wire.unwrap_or_else(|| self.repr.default_wire()) {
            Wire::Bytes(text) => format!("{:?}", String::from_utf8_lossy(text)),
            number => self.repr.integer(number).map_or_else(|_| "?".into(), |number| number.to_string()),
        }
    }
}

/// What to check on one value.
#[derive(Debug)]
pub(super) enum ValueRule {
    /// Nothing; its representation stays known.
    Skip(Repr),
    Integer(Repr, Limits<i128>),
    Float(Repr, Limits<f64>),
    Bool(bool),
    Text(Box<TextRules>),
    Enum(EnumRules),
    /// A wrapper message such as `UInt32Value`, whose rule is about the value inside.
    Wrapper(Box<ValueRule>),
    Duration(Limits<i128>),
    Timestamp(Limits<i128>),
    Any(AnyRules),
    Message(Nested),
}

impl ValueRule {
    fn is_skip(&self) -> bool {
        matches!(self, Self::Skip(_))
    }
}

/// A message type whose plan is compiled when a value of it is first met; types may be recursive.
#[derive(Debug)]
pub(super) struct Nested {
    descriptor: MessageDescriptor,
    plan: OnceLock<Arc<Plan>>,
}

impl Nested {
    pub(super) fn plan(&self) -> &Plan {
        self.plan.get_or_init(|| for_descriptor(&self.descriptor))
    }
}

static PLANS: RwLock<BTreeMap<String, Arc<Plan>>> = RwLock::new(BTreeMap::new());

/// The plan of a type by its full name, unless the descriptor set lacks it.
pub(super) fn for_type(full_name: &str) -> Option<Arc<Plan>> {
    if let Some(plan) = PLANS.read().unwrap_or_else(PoisonError::into_inner).get(full_name) {
        return Some(Arc::clone(plan));
    }
    pool::message(full_name).map(|descriptor| for_descriptor(&descriptor))
}

fn for_descriptor(descriptor: &MessageDescriptor) -> Arc<Plan> {
    let name = descriptor.full_name();
    if let Some(plan) = PLANS.read().unwrap_or_else(PoisonError::into_inner).get(name) {
        return Arc::clone(plan);
    }
    let plan = Arc::new(Plan::compile(descriptor));
    let mut plans = PLANS.write().unwrap_or_else(PoisonError::into_inner);
    // Another thread may have been faster; all keep the first one.
    Arc::clone(plans.entry(name.to_owned()).or_insert(plan))
}

/// The extensions that carry the rules.
struct Extensions {
    rules: Option<ExtensionDescriptor>,
    oneof_required: Option<ExtensionDescriptor>,
    disabled: Option<ExtensionDescriptor>,
    ignored: Option<ExtensionDescriptor>,
}

static EXTENSIONS: LazyLock<Extensions> = LazyLock::new(|| {
    let extension = |name| pool::descriptor_pool().get_extension_by_name(name);
    Extensions {
        rules: extension("validate.rules"),
        oneof_required: extension("validate.required"),
        disabled: extension("validate.disabled"),
        ignored: extension("validate.ignored"),
    }
});

fn flag(options: &DynamicMessage, extension: Option<&ExtensionDescriptor>) -> bool {
    extension.is_some_and(|extension| options.get_extension(extension).as_bool() == Some(true))
}

fn rules_of(field: &FieldDescriptor) -> FieldRules {
    let options = field.options();
    let Some(extension) = EXTENSIONS.rules.as_ref().filter(|extension| options.has_extension(extension))
    else {
        return FieldRules::default();
    };
    let value = options.get_extension(extension).into_owned();
    if let Value::Message(rules) = value {
        rules.transcode_to().unwrap_or_default()
    } else {
        FieldRules::default()
    }
}

impl Plan {
    fn compile(descriptor: &MessageDescriptor) -> Self {
        let mut plan = Self {
            full_name: descriptor.full_name().to_owned(),
            fields: Vec::new(),
            required_oneofs: Vec::new(),
            unsupported: Vec::new(),
        };
        let options = descriptor.options();
        if flag(&options, EXTENSIONS.disabled.as_ref()) || flag(&options, EXTENSIONS.ignored.as_ref()) {
            return plan;
        }
        let needs_member =
            |oneof: &OneofDescriptor| flag(&oneof.options(), EXTENSIONS.oneof_required.as_ref());
        let mut fields: Vec<FieldDescriptor> = descriptor.fields().collect();
        fields.sort_by_key(FieldDescriptor::number);
        for field in &fields {
            let is_member = field.containing_oneof().is_some_and(|oneof| needs_member(&oneof));
            let compiled = Field::compile(field, &mut plan.unsupported);
            if is_member || compiled.checks_something() {
                plan.fields.push(compiled);
            }
        }
        for oneof in descriptor.oneofs().filter(needs_member) {
            let members = oneof.fields().filter_map(|member| plan.index_of(member.number())).collect();
            plan.required_oneofs.push(RequiredOneof { name: oneof.name().to_owned(), members });
        }
        plan
    }

    /// The index of a field, if there is something to check about it.
    pub(super) fn index_of(&self, number: u32) -> Option<usize> {
        self.fields.binary_search_by_key(&number, |field| field.number).ok()
    }
}

impl Field {
    fn compile(field: &FieldDescriptor, unsupported: &mut Vec<String>) -> Self {
        let rules = rules_of(field);
        let required = is_required(&rules);
        let shape = match (field.is_map(), field.is_list(), field.kind()) {
            (true, _, Kind::Message(entry)) => map_shape(&entry, rules, unsupported),
            (_, true, kind) => list_shape(&kind, rules, unsupported),
            (_, _, kind) => Shape::One(ValueRule::compile(&kind, rules, unsupported)),
        };
        Self {
            number: field.number(),
            name: field.name().to_owned(),
            required: required && field.containing_oneof().is_none(),
            has_default: !field.supports_presence(),
            shape,
        }
    }

    fn checks_something(&self) -> bool {
        self.required
            || match &self.shape {
                Shape::One(rule) => !rule.is_skip(),
                Shape::Many { list, item } => !list.is_empty() || !item.rule.is_skip(),
                Shape::Map { map, key, value } => !map.is_empty() || !key.rule.is_skip() || !value.is_skip(),
            }
    }
}

fn is_required(rules: &FieldRules) -> bool {
    rules.message.is_some_and(|rules| rules.required())
        || match &rules.r#type {
            Some(Type::Any(rules)) => rules.required(),
            Some(Type::Duration(rules)) => rules.required(),
            Some(Type::Timestamp(rules)) => rules.required(),
            _ => false,
        }
}

fn list_shape(kind: &Kind, rules: FieldRules, unsupported: &mut Vec<String>) -> Shape {
    let (list, items) = match rules.r#type {
        Some(Type::Repeated(rules)) => (CountRules::of_list(&rules), rules.items.map(|rules| *rules)),
        _ => (CountRules::default(), None),
    };
    // The deprecated spelling of skip is on the field, not on its items.
    let items = items.unwrap_or(FieldRules { message: rules.message, r#type: None });
    Shape::Many { list, item: Item { repr: repr(kind), rule: ValueRule::compile(kind, items, unsupported) } }
}

fn map_shape(entry: &MessageDescriptor, rules: FieldRules, unsupported: &mut Vec<String>) -> Shape {
    let (map, keys, values) = match rules.r#type {
        Some(Type::Map(rules)) => (CountRules::of_map(&rules), rules.keys, rules.values),
        _ => (CountRules::default(), None, None),
    };
    let mut part = |kind: &Kind, rules: Option<Box<FieldRules>>| {
        ValueRule::compile(kind, rules.map(|rules| *rules).unwrap_or_default(), unsupported)
    };
    let (key, value) = (entry.map_entry_key_field().kind(), entry.map_entry_value_field().kind());
    Shape::Map { map, key: Key { repr: repr(&key), rule: part(&key, keys) }, value: part(&value, values) }
}

/// How a kind is written.
fn repr(kind: &Kind) -> Repr {
    match kind {
        Kind::Int32 | Kind::Int64 | Kind::Enum(_) => Repr::Int,
        Kind::Uint32 | Kind::Uint64 | Kind::Bool => Repr::Uint,
        Kind::Sint32 | Kind::Sint64 => Repr::Sint,
        Kind::Fixed32 => Repr::Fixed32,
        Kind::Sfixed32 => Repr::Sfixed32,
        Kind::Fixed64 => Repr::Fixed64,
        Kind::Sfixed64 => Repr::Sfixed64,
        Kind::Float => Repr::Float,
        Kind::Double => Repr::Double,
        Kind::String | Kind::Bytes | Kind::Message(_) => Repr::Length,
    }
}

impl ValueRule {
    fn compile(kind: &Kind, rules: FieldRules, unsupported: &mut Vec<String>) -> Self {
        if let Kind::Message(message) = kind {
            return Self::of_message(message, rules, unsupported);
        }
        let repr = repr(kind);
        match (kind, rules.r#type) {
            (_, None) => Self::Skip(repr),
            (Kind::String, Some(Type::String(rules))) => {
                Self::Text(Box::new(TextRules::of_string(rules, unsupported)))
            }
            (Kind::Bytes, Some(Type::Bytes(rules))) => {
                Self::Text(Box::new(TextRules::of_bytes(rules, unsupported)))
            }
            (Kind::Bool, Some(Type::Bool(rules))) => rules.r#const.map_or(Self::Skip(repr), Self::Bool),
            (Kind::Enum(defined), Some(Type::Enum(rules))) => {
                Self::Enum(EnumRules::new(rules, defined.values().map(|value| value.number())))
            }
            (Kind::Float | Kind::Double, Some(rules)) => match rules::float_limits(rules) {
                Some(limits) => Self::Float(repr, limits),
                None => Self::mismatch(kind, repr, unsupported),
            },
            (Kind::String | Kind::Bytes | Kind::Bool | Kind::Enum(_) | Kind::Message(_), Some(_)) => {
                Self::mismatch(kind, repr, unsupported)
            }
            (_, Some(rules)) => match rules::integer_limits(rules) {
                Some(limits) => Self::Integer(repr, limits),
                None => Self::mismatch(kind, repr, unsupported),
            },
        }
    }

    fn of_message(message: &MessageDescriptor, rules: FieldRules, unsupported: &mut Vec<String>) -> Self {
        if rules.message.is_some_and(|rules| rules.skip()) {
            return Self::Skip(Repr::Length);
        }
        let name = message.full_name();
        match (name.strip_prefix("google.protobuf."), rules.r#type) {
            (None, _) => Self::Message(Nested { descriptor: message.clone(), plan: OnceLock::new() }),
            (Some("Any"), rules) => Self::Any(AnyRules::new(rules.as_ref())),
            (Some(_), None) => Self::Skip(Repr::Length),
            (Some("Duration"), Some(Type::Duration(rules))) => Self::Duration(rules::duration_limits(rules)),
            (Some("Timestamp"), Some(Type::Timestamp(rules))) => {
                if rules.lt_now.is_some() || rules.gt_now.is_some() || rules.within.is_some() {
                    unsupported.push("timestamp relative to now".into());
                }
                Self::Timestamp(rules::timestamp_limits(rules))
            }
            (Some(wrapper), rules) if wrapper.ends_with("Value") => {
                match message.get_field_by_name("value") {
                    Some(value) => {
                        let rules = FieldRules { message: None, r#type: rules };
                        Self::Wrapper(Box::new(Self::compile(&value.kind(), rules, unsupported)))
                    }
                    None => Self::mismatch(&Kind::Message(message.clone()), Repr::Length, unsupported),
                }
            }
            (Some(_), Some(_)) => Self::mismatch(&Kind::Message(message.clone()), Repr::Length, unsupported),
        }
    }

    fn mismatch(kind: &Kind, repr: Repr, unsupported: &mut Vec<String>) -> Self {
        unsupported.push(format!("of another type on {kind:?}"));
        Self::Skip(repr)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_of_every_message_is_supported() {
        let mut with_rules = 0;
        for descriptor in pool::descriptor_pool().all_messages() {
            let plan = Plan::compile(&descriptor);
            assert!(plan.unsupported.is_empty(), "{}: {:?}", plan.full_name, plan.unsupported);
            with_rules += usize::from(!plan.fields.is_empty());
        }
        assert!(with_rules > 1000, "only {with_rules} messages have anything to check");
    }
}
