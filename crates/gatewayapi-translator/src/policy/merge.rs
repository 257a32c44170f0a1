//! Policies of routes that are merged over those of their parents.
//!
//! API: `spec.mergeType`. Both types merge as RFC 7396 says: objects field by field, everything else is replaced. With
//! `StrategicMerge`, lists whose entries have a key are merged by it: the entries of the parent come first, each with what
//! the route's entry of its key says instead, then those that only the route has.

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
    for (list, key) in P::KEYED_LISTS.iter().filter(|_| by_key) {
        if let (Some(lower), Some(upper)) = (list_at(&target, list), list_at(&own, list)) {
            let merged = merge_lists(lower, upper, key);
            if let Value::Object(fields) = &mut target {
                fields.insert((*list).to_owned(), merged);
            }
        }
    }
    let mut patch = own.clone();
    if let Value::Object(fields) = &mut patch {
        let is_merged = |list: &str| by_key && P::KEYED_LISTS.iter().any(|(known, _)| *known == list);
        fields.retain(|field, _| !is_merged(field) || target.get(field).is_none());
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

fn list_at<'v>(spec: &'v Value, field: &str) -> Option<&'v Vec<Value>> {
    spec.get(field)?.as_array()
}

fn merge_lists(lower: &[Value], upper: &[Value], key: &str) -> Value {
    let mut merged = lower.to_vec();
    for entry in upper {
        let same = |other: &&mut Value| other.get(key).is_some() && other.get(key) == entry.get(key);
        match merged.iter_mut().find(same) {
            Some(other) => overlay(other, entry.clone()),
            None => merged.push(entry.clone()),
        }
    }
    Value::Array(merged)
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
