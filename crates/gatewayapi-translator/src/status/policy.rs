//! The status of policies: one entry for each ancestor, whatever the kind of policy.

use std::collections::BTreeMap;

use eg_api::{
    gateway::{GROUP, ParentReference, PolicyAncestorStatus, PolicyStatus},
    meta::ConditionStatus,
};

use super::condition::Conditions;
use crate::Settings;

/// The most ancestors that the API accepts.
const MAX_ANCESTORS: usize = 16;

/// What an ancestor is ordered by, and what tells it from others.
type AncestorKey = (String, String, String, i32, String, String);

/// What is known about a policy at each of its ancestors.
#[derive(Debug)]
pub(crate) struct Ancestors<T>(BTreeMap<AncestorKey, (ParentReference, T)>);

impl<T> Default for Ancestors<T> {
    fn default() -> Self {
        Self(BTreeMap::new())
    }
}

impl<T> Ancestors<T> {
    /// What is known at an ancestor; `new` when it is seen for the first time.
    pub(crate) fn entry(&mut self, ancestor: &ParentReference, new: impl FnOnce() -> T) -> &mut T {
        let complete = ParentReference {
            group: Some(ancestor.group.clone().unwrap_or_else(|| GROUP.to_owned())),
            kind: Some(ancestor.kind.clone().unwrap_or_else(|| "Gateway".to_owned())),
            ..ancestor.clone()
        };
        let key = (
            complete.namespace.clone().unwrap_or_default(),
            complete.name.clone(),
            complete.section_name.clone().unwrap_or_default(),
            complete.port.unwrap_or_default(),
            complete.kind.clone().unwrap_or_default(),
            complete.group.clone().unwrap_or_default(),
        );
        &mut self.0.entry(key).or_insert_with(|| (complete, new())).1
    }
}

/// The status: ancestors that do not accept the policy first, then those where others override it, then the rest. Where
/// there are more than the API accepts, the last entry that is kept says so.
pub(crate) fn status<T>(
    settings: &Settings,
    ancestors: Ancestors<T>,
    conditions: impl Fn(T) -> Conditions,
) -> PolicyStatus {
    let mut entries: Vec<(u8, ParentReference, Conditions)> = ancestors
        .0
        .into_values()
        .map(|(reference, known)| {
            let conditions = conditions(known);
            (urgency(&conditions), reference, conditions)
        })
        .collect();
    // The sort is stable, so that ancestors of one urgency stay in order.
    entries.sort_by_key(|(urgency, _, _)| *urgency);
    let count = entries.len();
    entries.truncate(MAX_ANCESTORS);
    if count > MAX_ANCESTORS
        && let Some((_, _, conditions)) = entries.last_mut()
    {
        let message = format!("The policy has {count} ancestors, of which {MAX_ANCESTORS} are listed.");
        conditions.set("Aggregated", true, "Aggregated", message);
    }
    let entry = |(_, ancestor_ref, conditions): (u8, ParentReference, Conditions)| PolicyAncestorStatus {
        ancestor_ref,
        controller_name: settings.controller_name.to_string(),
        conditions: conditions.into_list(),
    };
    PolicyStatus { ancestors: entries.into_iter().map(entry).collect() }
}

fn urgency(conditions: &Conditions) -> u8 {
    let accepted = conditions.get("Accepted");
    if accepted.is_some_and(|condition| condition.status == ConditionStatus::False) {
        0
    } else if conditions.get("Overridden").is_some() {
        1
    } else {
        2
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gateway(name: impl Into<String>) -> ParentReference {
        ParentReference { name: name.into(), ..ParentReference::default() }
    }

    fn names(status: &PolicyStatus) -> Vec<&str> {
        status.ancestors.iter().map(|ancestor| ancestor.ancestor_ref.name.as_str()).collect()
    }

    #[test]
    fn bad_news_comes_first_and_then_the_order_of_names() {
        let mut ancestors = Ancestors::default();
        for (name, condition) in [("d", "Accepted"), ("c", "Overridden"), ("b", "Other"), ("a", "Other")] {
            ancestors.entry(&gateway(name), || condition);
        }
        let status = status(&Settings::default(), ancestors, |condition| {
            let mut conditions = Conditions::of(1);
            conditions.set(condition, condition != "Accepted", "Reason", "");
            conditions
        });
        assert_eq!(names(&status), ["d", "c", "a", "b"]);
        assert_eq!(status.ancestors[0].ancestor_ref.kind.as_deref(), Some("Gateway"));
    }

    #[test]
    fn an_ancestor_occurs_once() {
        let mut ancestors = Ancestors::default();
        *ancestors.entry(&gateway("a"), || 0) += 1;
        let explicit = ParentReference { kind: Some("Gateway".to_owned()), ..gateway("a") };
        *ancestors.entry(&explicit, || 0) += 1;
        let status = status(&Settings::default(), ancestors, |count| {
            assert_eq!(count, 2);
            Conditions::of(1)
        });
        assert_eq!(names(&status), ["a"]);
    }

    #[test]
    fn the_last_of_too_many_says_so() {
        let mut ancestors = Ancestors::default();
        for number in 10..27 {
            ancestors.entry(&gateway(format!("g{number}")), || ());
        }
        let status = status(&Settings::default(), ancestors, |()| Conditions::of(1));
        assert_eq!(status.ancestors.len(), MAX_ANCESTORS);
        let aggregated = |ancestor: &PolicyAncestorStatus| !ancestor.conditions.is_empty();
        assert_eq!(status.ancestors.iter().position(aggregated), Some(MAX_ANCESTORS - 1));
        assert_eq!(status.ancestors[15].conditions[0].r#type, "Aggregated");
    }
}
