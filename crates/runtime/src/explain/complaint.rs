//! What statuses complain about.

use eg_api::meta::{Condition, ConditionStatus};
use eg_diag::ObjectRef;
use eg_resources::{Status, StatusUpdate};

use super::{
    World,
    answer::{Complaint, Destination, Outcome, Serving},
};

/// Reasons that say what the platform still has to do, which is no fault of an object.
const OF_THE_PLATFORM: [&str; 3] = ["AddressNotAssigned", "NoResources", "Pending"];

/// What the statuses of the objects that serve a request complain about.
pub(super) fn of(world: World<'_>, serving: &Serving, outcome: &Outcome) -> Vec<Complaint> {
    let mut complaints = Vec::new();
    let of = |object: &ObjectRef| world.translation.statuses.get(object).map(all).unwrap_or_default();
    if let Some(origin) = serving.listening.as_ref().and_then(|listening| listening.origin.as_ref()) {
        let own = |one: &Complaint| one.about.is_none() || one.about.as_deref() == origin.section.as_deref();
        complaints.extend(of(&origin.object).into_iter().filter(own));
    }
    if let Some(route) = &serving.route {
        complaints.extend(of(&route.origin.object));
        complaints.extend(route.policies.iter().flat_map(of));
    }
    if let Outcome::Forwarded { destinations } | Outcome::Streamed { destinations } = outcome {
        let backends = destinations.iter().flat_map(|Destination { backends, .. }| backends);
        complaints.extend(backends.flat_map(|backend| of(&backend.origin.object)));
    }
    complaints.sort();
    complaints.dedup();
    complaints
}

/// Everything that a status complains about.
pub(super) fn all(update: &StatusUpdate) -> Vec<Complaint> {
    let mut complaints = Vec::new();
    let mut add = |about: Option<String>, conditions: &[Condition]| {
        complaints.extend(conditions.iter().filter(|condition| is_bad(condition)).map(|condition| {
            Complaint {
                object: update.object.clone(),
                about: about.clone(),
                condition: condition.r#type.clone(),
                reason: condition.reason.clone(),
                message: condition.message.clone(),
            }
        }));
    };
    match &*update.status {
        Status::GatewayClass(status) => add(None, &status.conditions),
        Status::Gateway(status) => {
            add(None, &status.conditions);
            status.listeners.iter().for_each(|one| add(Some(one.name.clone()), &one.conditions));
        }
        Status::ListenerSet(status) => {
            add(None, &status.conditions);
            status.listeners.iter().for_each(|one| add(Some(one.name.clone()), &one.conditions));
        }
        Status::Route(status) => {
            status.parents.iter().for_each(|one| add(Some(parent(&one.parent_ref)), &one.conditions));
        }
        Status::Policy(status) => {
            status.ancestors.iter().for_each(|one| add(Some(parent(&one.ancestor_ref)), &one.conditions));
        }
        Status::Conditions { conditions } => add(None, conditions),
        _ => {}
    }
    complaints
}

fn is_bad(condition: &Condition) -> bool {
    let wanted = match condition.r#type.as_str() {
        "Accepted" | "Programmed" | "ResolvedRefs" => ConditionStatus::False,
        "Conflicted" => ConditionStatus::True,
        _ => return false,
    };
    condition.status == wanted && !OF_THE_PLATFORM.contains(&condition.reason.as_str())
}

/// A parent as users write it: `namespace/name`, with the section behind another slash.
fn parent(parent: &eg_api::gateway::ParentReference) -> String {
    let namespace = parent.namespace.iter().map(String::as_str);
    let parts = namespace.chain([parent.name.as_str()]).chain(parent.section_name.as_deref());
    parts.collect::<Vec<_>>().join("/")
}
