//! The status of ListenerSets and their listeners.

use std::sync::Arc;

use eg_api::gateway::{GROUP, Gateway, ListenerSet, ListenerSetStatus};
use eg_diag::ObjectRef;
use eg_resources::{Object, Status, StatusUpdate};

use super::{condition::Conditions, gateway::listener_status, update_of};
use crate::{
    assembly::Assembly,
    engine::{ReadCx, Root, Unit},
    gateway::{GatewayOf, ListenerState},
};

/// The status of one ListenerSet; `None` when its parent is no Gateway of ours.
pub(crate) struct ListenerSetRoot;

impl Unit for ListenerSetRoot {
    type Key = ObjectRef;
    type Out = Option<StatusUpdate>;
    const NAME: &'static str = "listener_set_status";
    const RANK: u8 = 13;

    fn compute(cx: &ReadCx<'_>, key: &ObjectRef) -> Self::Out {
        let set = cx.object::<ListenerSet>(key)?;
        let state = cx.unit::<GatewayOf>(&parent(key, &set)?);
        let state = state.as_ref().as_ref()?;
        let mut conditions = Conditions::of(set.metadata.generation());
        let mut listeners = Vec::new();
        if state.problem.is_some() {
            refuse(&mut conditions, "ParentNotAccepted", "The Gateway is not accepted.");
        } else if state.sets.iter().any(|set| set.object == *key && !set.allowed) {
            let message = "The Gateway takes no listeners from the namespace of the set.";
            refuse(&mut conditions, "NotAllowed", message);
        } else {
            let own: Vec<&ListenerState> = state.listeners_of(key).collect();
            valid(&mut conditions, &own);
            let status = |listener| listener_status(cx, &settled(listener), &state.fleet);
            listeners = own.into_iter().map(status).collect();
        }
        let status = ListenerSetStatus { conditions: conditions.into_list(), listeners };
        Some(update_of(&*set, Status::ListenerSet(status)))
    }
}

impl Root for ListenerSetRoot {
    fn publish(assembly: &mut Assembly<'_>, key: &ObjectRef, out: Option<&Arc<Self::Out>>) {
        assembly.status(key, out.and_then(|out| out.as_ref().as_ref()));
    }
}

/// The Gateway that a set names, if it is a Gateway that it names.
fn parent(key: &ObjectRef, set: &ListenerSet) -> Option<ObjectRef> {
    let parent = &set.spec.parent_ref;
    let kind = (parent.group.as_deref().unwrap_or(GROUP), parent.kind.as_deref().unwrap_or("Gateway"));
    let namespace = parent.namespace.as_deref().unwrap_or(&key.namespace);
    (kind == (Gateway::KIND.group, Gateway::KIND.kind))
        .then(|| ObjectRef::new(Gateway::KIND, namespace, parent.name.as_str()))
}

fn refuse(conditions: &mut Conditions, reason: &str, message: &str) {
    conditions.set("Accepted", false, reason, message);
    conditions.set("Programmed", false, reason, message);
}

/// A set is accepted and programmed as long as one of its listeners is.
fn valid(conditions: &mut Conditions, listeners: &[&ListenerState]) {
    let refused = |r#type: &str| -> Vec<&str> {
        let refused = listeners.iter().filter(|listener| !listener.conditions.is_true(r#type));
        refused.map(|listener| &*listener.section).collect()
    };
    let not_accepted = refused("Accepted");
    let reason = if not_accepted.is_empty() { "Accepted" } else { "ListenersNotValid" };
    let any = not_accepted.len() < listeners.len();
    conditions.set("Accepted", any, reason, sentence("accepted", &not_accepted));
    let not_programmed = refused("Programmed");
    let any = not_programmed.len() < listeners.len();
    let reason = if any { "Programmed" } else { "ListenersNotValid" };
    conditions.set("Programmed", any, reason, sentence("programmed", &not_programmed));
}

fn sentence(what: &str, refused: &[&str]) -> String {
    if refused.is_empty() {
        format!("All listeners are {what}.")
    } else {
        format!("Some listeners are not {what}: {}.", refused.join(", "))
    }
}

/// The listener with what is said about listeners of sets only: that there is no conflict.
fn settled(listener: &ListenerState) -> ListenerState {
    let mut listener = listener.clone();
    if listener.ready() {
        let message = "No other listener has its port and hostname.";
        listener.conditions.set("Conflicted", false, "NoConflicts", message);
    }
    listener
}
