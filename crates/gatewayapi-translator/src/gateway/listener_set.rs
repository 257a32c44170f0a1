//! ListenerSets: listeners that others add to a Gateway.
//!
//! API: `ListenerSet`, and `Gateway.spec.allowedListeners`, which says from which namespaces; from none unless it is set.
//! Their references are those of the set: to its own namespace without a grant, and to that of the Gateway only with one.
//!
//! Precedence: the listeners of a set come after those of its Gateway, and those of older sets before those of younger ones.
//!
//! Fail mode: a set that the Gateway does not allow adds nothing, and no route attaches to it.

use std::sync::Arc;

use eg_api::gateway::{Gateway, ListenerSet};
use eg_diag::{FieldPath, ObjectRef};
use eg_resources::Object;

use super::{
    listener::{self, ListenerState},
    namespace::AllowedNamespaces,
};
use crate::engine::ReadCx;

/// A listener set that names a Gateway of ours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SetState {
    pub(crate) object: ObjectRef,
    /// Whether the Gateway takes listeners from its namespace.
    pub(crate) allowed: bool,
}

/// The listener sets of a Gateway in the order in which they are served, and the listeners of those that are allowed.
pub(super) fn attached(
    cx: &ReadCx<'_>,
    key: &ObjectRef,
    gateway: &Gateway,
) -> (Vec<SetState>, Vec<ListenerState>) {
    let mut sets: Vec<(i64, ObjectRef, Arc<ListenerSet>)> = cx
        .referrers(ListenerSet::KIND, key)
        .into_iter()
        .filter_map(|set| {
            let object = cx.object::<ListenerSet>(&set)?;
            Some((object.metadata.created().unwrap_or_default(), set, object))
        })
        .collect();
    sets.sort_by(|(a_created, a, _), (b_created, b, _)| (a_created, a).cmp(&(b_created, b)));
    let allowed = allowed(gateway);
    let mut states = Vec::new();
    let mut listeners = Vec::new();
    for (_, object, set) in sets {
        let allowed = allowed.allow(cx, &key.namespace, &object.namespace);
        if allowed {
            listeners.extend(of_set(cx, &object, &set));
        }
        states.push(SetState { object, allowed });
    }
    (states, listeners)
}

fn of_set(cx: &ReadCx<'_>, key: &ObjectRef, set: &ListenerSet) -> Vec<ListenerState> {
    let at = FieldPath::spec().field("listeners");
    let generation = set.metadata.generation();
    let each = set.spec.listeners.iter().enumerate();
    each.map(|(position, spec)| listener::evaluate(cx, key, generation, &at.index(position), spec)).collect()
}

/// The namespaces from which a Gateway takes listeners. A selector that cannot be read selects none.
fn allowed(gateway: &Gateway) -> AllowedNamespaces {
    let namespaces = gateway.spec.allowed_listeners.as_ref().and_then(|allowed| allowed.namespaces.as_ref());
    let Some(namespaces) = namespaces else { return AllowedNamespaces::None };
    AllowedNamespaces::parse(namespaces.from.as_ref(), namespaces.selector.as_ref(), AllowedNamespaces::None)
        .unwrap_or(AllowedNamespaces::None)
}
