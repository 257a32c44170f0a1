//! The rules Envoy's `.proto` files state with protoc-gen-validate, checked on encoded messages.
//!
//! Envoy applies the same rules when it receives a resource and rejects the whole response if one fails, so a resource
//! is checked here before it is published. A message type's rules are read from the descriptor set once and compiled
//! into a plan; a message is then checked by walking its encoding, without building a reflected copy. Payloads of
//! nested `Any`s are checked too if the descriptor set has their type, others are left to the receiver.

mod compile;
mod limits;
mod path;
mod plan;
mod rules;
mod text;
mod wire;

use std::fmt;

use prost::Name;
use prost_types::Any;

use path::Path;
use plan::{Field, Plan, Shape, ValueRule};
use wire::Wire;

use crate::pool;

/// How many messages may nest, as in `prost`'s own decoder; hostile payloads could otherwise exhaust the stack.
const MAX_DEPTH: usize = 100;

/// One rule that one field of a message breaks.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub struct Violation {
    /// The field as the JSON form in `snake_case` would reach it: `filter_chains[0].filters[1].typed_config.stat_prefix`,
    /// map entries as `metadata["key"]`. Empty for the message itself.
    pub path: String,
    /// What is expected of the field, without the value, which may be a secret.
    pub message: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.path.is_empty() {
            f.write_str(&self.message)
        } else {
            write!(f, "{}: {}", self.path, self.message)
        }
    }
}

/// Checks a message and collects every violation, in field order.
pub fn validate<M: Name>(message: &M) -> Result<(), Vec<Violation>> {
    validate_encoded(&M::full_name(), &message.encode_to_vec())
}

/// Checks an encoded message whose type is only known by its type URL or full name.
///
/// A type that the descriptor set does not have is valid: nothing is known about it.
pub fn validate_encoded(type_url: &str, bytes: &[u8]) -> Result<(), Vec<Violation>> {
    let mut walk = Walk::default();
    if let Some(plan) = plan::for_type(pool::full_name(type_url)) {
        walk.message(&plan, bytes, &Path::ROOT);
    }
    if walk.violations.is_empty() { Ok(()) } else { Err(walk.violations) }
}

/// Checks the payload of an `Any`.
pub fn validate_any(any: &Any) -> Result<(), Vec<Violation>> {
    validate_encoded(&any.type_url, &any.value)
}

/// [`pack`](crate::pack)s a message if it is valid; it is encoded only once.
pub fn pack_valid<M: Name>(message: &M) -> Result<Any, Vec<Violation>> {
    let any = crate::pack(message);
    validate_any(&any).map(|()| any)
}

#[derive(Default)]
struct Walk {
    violations: Vec<Violation>,
    depth: usize,
}

impl Walk {
    fn report(&mut self, path: &Path<'_>, message: impl Into<String>) {
        self.violations.push(Violation { path: path.to_string(), message: message.into() });
    }

    fn message(&mut self, plan: &Plan, bytes: &[u8], path: &Path<'_>) {
        if self.depth == MAX_DEPTH {
            return self.report(path, format!("must not nest more than {MAX_DEPTH} messages"));
        }
        self.depth += 1;
        match occurrences(plan, bytes) {
            Ok(found) => self.fields(plan, &found, path),
            Err(wire::Malformed) => {
                self.report(path, format!("must be a valid encoding of {}", plan.full_name));
            }
        }
        self.depth -= 1;
    }

    fn fields(&mut self, plan: &Plan, found: &[(usize, Wire<'_>)], path: &Path<'_>) {
        for rule in &plan.unsupported {
            self.report(path, format!("cannot be checked: the rule {rule} is not supported"));
        }
        for oneof in &plan.required_oneofs {
            if !found.iter().any(|(index, _)| oneof.members.contains(index)) {
                self.report(&path.field(&oneof.name), "needs one of its fields to be set");
            }
        }
        let mut rest = found;
        for (index, field) in plan.fields.iter().enumerate() {
            let count = rest.iter().take_while(|(found, _)| *found == index).count();
            let (here, after) = rest.split_at(count);
            rest = after;
            self.field(field, here, &path.field(&field.name));
        }
    }

    fn field(&mut self, field: &Field, found: &[(usize, Wire<'_>)], path: &Path<'_>) {
        match &field.shape {
            Shape::One(rule) => match found {
                [] if field.required => self.report(path, "is required"),
                [] if field.has_default => self.value(rule, rule.default_wire(), path),
                [] => {}
                [(_, wire)] => self.value(rule, *wire, path),
                [.., (_, last)] => match joined(rule, found) {
                    Some(bytes) => self.value(rule, Wire::Bytes(&bytes), path),
                    None => self.value(rule, *last, path),
                },
            },
            Shape::Many { list, item } => {
                let mut items = Vec::with_capacity(found.len());
                if found.iter().any(|(_, wire)| item.unpack(*wire, &mut items).is_err()) {
                    return self.report(path, "must be validly encoded");
                }
                list.check_items(&items, &mut |message| self.report(path, message));
                for (index, wire) in items.into_iter().enumerate() {
                    self.value(&item.rule, wire, &path.index(index));
                }
            }
            Shape::Map { map, key, value } => {
                map.check_pairs(found.len(), &mut |message| self.report(path, message));
                for (_, wire) in found {
                    let Ok((k, v)) = wire::entry(*wire) else {
                        self.report(path, "must be validly encoded");
                        continue;
                    };
                    let path = path.key(key, k);
                    self.value(&key.rule, k.unwrap_or_else(|| key.rule.default_wire()), &path);
                    self.value(value, v.unwrap_or_else(|| value.default_wire()), &path);
                }
            }
        }
    }

    fn value(&mut self, rule: &ValueRule, wire: Wire<'_>, path: &Path<'_>) {
        match (rule, wire) {
            (ValueRule::Message(nested), Wire::Bytes(bytes)) => self.message(nested.plan(), bytes, path),
            (ValueRule::Any(rules), Wire::Bytes(bytes)) => self.any(rules, bytes, path),
            (ValueRule::Wrapper(inner), Wire::Bytes(bytes)) => match wire::single(bytes, 1) {
                Ok(found) => self.value(inner, found.unwrap_or_else(|| inner.default_wire()), path),
                Err(wire::Malformed) => self.report(path, "must be validly encoded"),
            },
            (scalar, wire) => {
                if scalar.check(wire, &mut |message| self.report(path, message)).is_err() {
                    self.report(path, "must be validly encoded");
                }
            }
        }
    }

    fn any(&mut self, rules: &rules::AnyRules, bytes: &[u8], path: &Path<'_>) {
        let Ok((type_url, payload)) = wire::any(bytes) else {
            return self.report(path, "must be validly encoded");
        };
        rules.check(type_url, &mut |message| self.report(path, message));
        if let Some(plan) = plan::for_type(pool::full_name(type_url)) {
            self.message(&plan, payload, path);
        }
    }
}

/// The fields of an encoding that the plan looks at, in plan order and within a field in encoding order.
fn occurrences<'a>(plan: &Plan, mut bytes: &'a [u8]) -> Result<Vec<(usize, Wire<'a>)>, wire::Malformed> {
    let mut found = Vec::new();
    while let Some((number, wire)) = wire::next(&mut bytes)? {
        if let Some(index) = plan.index_of(number) {
            found.push((index, wire));
        }
    }
    found.sort_by_key(|(index, _)| *index);
    Ok(found)
}

/// Several occurrences of one message field mean their merge, which is what their concatenation decodes to.
fn joined(rule: &ValueRule, found: &[(usize, Wire<'_>)]) -> Option<Vec<u8>> {
    if !rule.is_message() {
        return None;
    }
    let mut joined = Vec::new();
    for (_, wire) in found {
        let Wire::Bytes(bytes) = wire else { return None };
        joined.extend_from_slice(bytes);
    }
    Some(joined)
}
