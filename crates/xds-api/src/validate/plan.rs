//! What to check on a message type, compiled from its descriptor once.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, OnceLock, PoisonError, RwLock};

use prost_reflect::MessageDescriptor;

use super::limits::Limits;
use super::rules::{AnyRules, CountRules, EnumRules};
use super::text::TextRules;
use super::wire::{Malformed, Repr, Wire};
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
    pub(super) number: u32,
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
    pub(super) repr: Repr,
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
    pub(super) repr: Repr,
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
    Integer(Repr, Box<Limits<i128>>),
    Float(Repr, Box<Limits<f64>>),
    Bool(bool),
    Text(Box<TextRules>),
    Enum(Box<EnumRules>),
    /// A wrapper message such as `UInt32Value`, whose rule is about the value inside.
    Wrapper(Box<ValueRule>),
    Duration(Box<Limits<i128>>),
    Timestamp(Box<Limits<i128>>),
    Any(AnyRules),
    Message(Nested),
}

impl ValueRule {
    /// Whether there is nothing to check.
    pub(super) fn is_skip(&self) -> bool {
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
    pub(super) fn new(descriptor: MessageDescriptor) -> Self {
        Self { descriptor, plan: OnceLock::new() }
    }

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

impl Plan {
    /// The index of a field, if there is something to check about it.
    pub(super) fn index_of(&self, number: u32) -> Option<usize> {
        self.fields.binary_search_by_key(&number, |field| field.number).ok()
    }
}
