//! Policies of routes that are merged over those of their parents.
//!
//! API: `spec.mergeType`. Both types merge as RFC 7396 says: objects field by field, everything else is replaced. With
//! `StrategicMerge`, lists whose entries have a key are merged by it: an entry that both have is that of the parent with what
//! the route says instead. The entries of the route come first; only what the parent has in front of an entry that both have
//! stays in front of it. Other lists that are merged are one after the other.

use eg_diag::ObjectRef;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::kind::Attachable;
use crate::{engine::ReadCx, merge::overlay};

/// The policies whose settings are in force together.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Applied {
    /// The policy whose status says what is wrong.
    pub(crate) policy: ObjectRef,
    /// The policy that it is merged over.
    pub(crate) over: Option<ObjectRef>,
}

impl Applied {
    /// A policy by itself.
    pub(crate) fn alone(policy: &ObjectRef) -> Self {
        Self { policy: policy.clone(), over: None }
    }
}

/// A policy over another one, with what each of them says.
pub(super) struct Merged<P: Attachable> {
    pub(super) spec: P::Spec,
    /// What the upper policy says itself.
    pub(super) own: Value,
}

/// Merges a policy over another one; `None` when there is none to merge it over.
pub(super) fn merged<P: Attachable>(
    cx: &ReadCx<'_>,
    upper: &P::Spec,
    over: Option<&ObjectRef>,
) -> Option<Merged<P>> {
    let lower = cx.object::<P::Object>(over?)?;
    let by_key = P::merge_type(upper) == Some("StrategicMerge");
    let mut target = settings(P::spec(&lower));
    let own = settings(upper);
    let mut patch = own.clone();
    for (list, key) in P::MERGED_LISTS.iter().filter(|_| by_key) {
        if let (Some(Value::Array(below)), Some(Value::Array(above))) =
            (target.pointer(list), patch.pointer_mut(list))
        {
            *above = merge_lists(below, above, *key);
        }
    }
    overlay(&mut target, patch);
    Some(Merged { spec: P::Spec::deserialize(target).ok()?, own })
}

/// What a policy says, without what it is for.
fn settings(spec: &impl Serialize) -> Value {
    let mut json = spec.serialize(serde_json::value::Serializer).unwrap_or_default();
    if let Value::Object(fields) = &mut json {
        for field in ["targetRef", "targetRefs", "targetSelectors", "mergeType"] {
            fields.remove(field);
        }
    }
    json
}

/// The entries of a list over those of another one, which are the same where they have the same value of the key.
fn merge_lists(below: &[Value], above: &[Value], key: Option<&str>) -> Vec<Value> {
    let value = |entry: &Value| key.and_then(|key| entry.get(key)).cloned();
    let is_same = |one: &Value, other: &Value| value(one).is_some() && value(one) == value(other);
    let alone = below.iter().enumerate().filter(|(_, entry)| !above.iter().any(|own| is_same(own, entry)));
    let mut alone = alone.peekable();
    let mut merged = Vec::new();
    for entry in above {
        let mut entry = entry.clone();
        if let Some((position, of_both)) = below.iter().enumerate().find(|(_, other)| is_same(other, &entry))
        {
            while let Some((_, other)) = alone.next_if(|(before, _)| *before < position) {
                merged.push(other.clone());
            }
            let own = std::mem::replace(&mut entry, of_both.clone());
            overlay(&mut entry, own);
        }
        merged.push(entry);
    }
    merged.extend(alone.map(|(_, other)| other.clone()));
    merged
}

/// Whether a policy says something at a path of fields.
pub(super) fn says(own: &Value, path: &[&str]) -> bool {
    let mut at = own;
    for field in path {
        match at.as_object().and_then(|fields: &Map<String, Value>| fields.get(*field)) {
            Some(value) => at = value,
            None => return false,
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::merge_lists;

    #[track_caller]
    fn check(below: Value, above: Value, key: Option<&str>, expect: &Value) {
        let (Value::Array(below), Value::Array(above)) = (below, above) else { panic!("lists") };
        assert_eq!(&Value::Array(merge_lists(&below, &above, key)), expect);
    }

    #[test]
    fn entries_of_the_route_come_first() {
        let (a, b) = (json!({"type": "a"}), json!({"type": "b"}));
        check(json!([a]), json!([b]), Some("type"), &json!([b, a]));
        check(json!([a]), json!([a, b]), None, &json!([a, b, a]));
    }

    #[test]
    fn an_entry_of_both_keeps_what_the_parent_has_in_front_of_it() {
        let (a, b, c) = (json!({"k": 1}), json!({"k": 2, "x": 1}), json!({"k": 3}));
        let own = json!({"k": 2, "y": 2});
        let both = json!({"k": 2, "x": 1, "y": 2});
        check(json!([a, b, c]), json!([own]), Some("k"), &json!([a, both, c]));
        check(json!([b, a]), json!([c, own]), Some("k"), &json!([c, both, a]));
    }
}
