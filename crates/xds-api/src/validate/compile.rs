//! From the options of a descriptor to a plan.

use std::sync::LazyLock;

use prost_reflect::{
    DynamicMessage, ExtensionDescriptor, FieldDescriptor, Kind, MessageDescriptor, OneofDescriptor, Value,
};

use super::plan::{Field, Item, Key, Nested, Plan, RequiredOneof, Shape, ValueRule};
use super::rules::{self, AnyRules, CountRules, EnumRules};
use super::text::TextRules;
use super::wire::Repr;
use crate::pb::validate::FieldRules;
use crate::pb::validate::field_rules::Type;
use crate::pool;

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
    /// Reads the rules of a message type.
    pub(super) fn compile(descriptor: &MessageDescriptor) -> Self {
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
                Self::Enum(Box::new(EnumRules::new(rules, defined.values().map(|value| value.number()))))
            }
            (Kind::Float | Kind::Double, Some(rules)) => match rules::float_limits(rules) {
                Some(limits) => Self::Float(repr, Box::new(limits)),
                None => Self::mismatch(kind, repr, unsupported),
            },
            (Kind::String | Kind::Bytes | Kind::Bool | Kind::Enum(_) | Kind::Message(_), Some(_)) => {
                Self::mismatch(kind, repr, unsupported)
            }
            (_, Some(rules)) => match rules::integer_limits(rules) {
                Some(limits) => Self::Integer(repr, Box::new(limits)),
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
            (None, _) => Self::Message(Nested::new(message.clone())),
            (Some("Any"), rules) => Self::Any(AnyRules::new(rules.as_ref())),
            (Some(_), None) => Self::Skip(Repr::Length),
            (Some("Duration"), Some(Type::Duration(rules))) => {
                Self::Duration(Box::new(rules::duration_limits(rules)))
            }
            (Some("Timestamp"), Some(Type::Timestamp(rules))) => {
                if rules.lt_now.is_some() || rules.gt_now.is_some() || rules.within.is_some() {
                    unsupported.push("timestamp relative to now".into());
                }
                Self::Timestamp(Box::new(rules::timestamp_limits(rules)))
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
