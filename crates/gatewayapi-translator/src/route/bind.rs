//! Binding: which listeners a route attaches to through one of its parentRefs, and under which hostnames.
//!
//! API: `spec.parentRefs` and `spec.hostnames` of routes, `allowedRoutes` and `hostname` of listeners. A route attaches to every
//! listener that it names, that accepts its kind and namespace, and that has a hostname in common with it. A listener leaves
//! hostnames to another one on its port that names them more specifically.

use eg_api::gateway::{GROUP, Gateway, ListenerSet, ParentReference};
use eg_diag::{Kind, ObjectRef};
use eg_ir::Name;
use eg_resources::Object;

pub(super) use crate::fanout::ListenerKey;
use crate::{
    engine::ReadCx,
    gateway::view::{BindListener, BindView, BindViewOf, ParentKey, ParentView},
    hostname,
    policy::ancestor::Consumer,
};

/// A listener that accepts a route, and the hostnames under which it serves it.
pub(crate) struct Bound<'v> {
    pub(crate) listener: &'v BindListener,
    pub(crate) hosts: Vec<Name>,
}

/// Why a route attaches to nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// The parent has no listener of this section and port.
    NoMatchingParent,
    /// No listener accepts the kind and the namespace of the route.
    NotAllowed,
    /// The route and the listeners have no hostname in common.
    NoMatchingHostname,
}

/// The parent of a route, and the Gateway whose listeners it has or adds to.
pub(crate) struct Parent {
    pub(crate) object: ObjectRef,
    pub(crate) gateway: ObjectRef,
}

impl Parent {
    /// What the reference that leads here sees of it.
    pub(crate) fn view(&self, reference: &ParentReference) -> ParentKey {
        ParentKey {
            gateway: self.gateway.clone(),
            parent: self.object.clone(),
            section: reference.section_name.as_deref().map(Into::into),
            port: reference.port,
        }
    }
}

/// The parent to which a reference leads; `None` when it is no Gateway or ListenerSet that exists.
pub(crate) fn parent(cx: &ReadCx<'_>, route: &ObjectRef, reference: &ParentReference) -> Option<Parent> {
    let namespace = |named: &Option<String>, own: &ObjectRef| {
        named.as_deref().map_or_else(|| own.namespace.clone(), Into::into)
    };
    let kind = (reference.group.as_deref().unwrap_or(GROUP), reference.kind.as_deref().unwrap_or("Gateway"));
    let is = |known: Kind| kind == (known.group, known.kind);
    if is(Gateway::KIND) {
        let name = reference.name.as_str();
        let gateway = ObjectRef::new(Gateway::KIND, namespace(&reference.namespace, route), name);
        return Some(Parent { object: gateway.clone(), gateway });
    }
    if !is(ListenerSet::KIND) {
        return None;
    }
    let name = reference.name.as_str();
    let object = ObjectRef::new(ListenerSet::KIND, namespace(&reference.namespace, route), name);
    let set = cx.object::<ListenerSet>(&object)?;
    let up = &set.spec.parent_ref;
    let gateway = ObjectRef::new(Gateway::KIND, namespace(&up.namespace, &object), up.name.as_str());
    Some(Parent { object, gateway })
}

/// The listeners to which a route for these hostnames attaches through a reference, of which `view` has those that it names.
pub(crate) fn bind<'v>(
    cx: &ReadCx<'_>,
    route: &ObjectRef,
    hostnames: &[String],
    view: &'v BindView,
) -> Result<Vec<Bound<'v>>, Refusal> {
    if view.listeners.is_empty() {
        return Err(Refusal::NoMatchingParent);
    }
    let accepts = |listener: &&BindListener| {
        listener.kinds.contains(&route.kind)
            && listener.namespaces.allow(cx, &listener.parent.namespace, &route.namespace)
    };
    let allowed: Vec<_> = view.listeners.iter().filter(accepts).collect();
    if allowed.is_empty() {
        return Err(Refusal::NotAllowed);
    }
    let bound = allowed.into_iter().map(|listener| Bound {
        listener,
        hosts: hostname::intersection(hostnames, listener.hostname.as_ref(), &listener.isolated_from),
    });
    let bound: Vec<_> = bound.filter(|bound| !bound.hosts.is_empty()).collect();
    if bound.is_empty() { Err(Refusal::NoMatchingHostname) } else { Ok(bound) }
}

/// Visits the listeners that can serve a route at one Gateway, through one reference after the other.
pub(super) fn each_ready(
    cx: &ReadCx<'_>,
    consumer: Consumer<'_>,
    hostnames: &[String],
    mut visit: impl FnMut(&BindView, &BindListener),
) {
    for reference in consumer.ancestors {
        let Some(parent) = parent(cx, consumer.object, reference) else { continue };
        let view = cx.unit::<ParentView>(&parent.view(reference));
        let Some(view) = view.as_ref() else { continue };
        let bound = bind(cx, consumer.object, hostnames, view).unwrap_or_default();
        for bound in bound.iter().filter(|bound| bound.listener.ready) {
            visit(view, bound.listener);
        }
    }
}

/// Of the listeners that can serve a route at one Gateway, the one that the Gateway has first.
pub(super) fn first_ready(
    cx: &ReadCx<'_>,
    consumer: Consumer<'_>,
    hostnames: &[String],
) -> Option<ListenerKey> {
    let mut ready = Vec::new();
    each_ready(cx, consumer, hostnames, |_, listener| ready.push(listener.key()));
    // Those of one reference are in order.
    if let [_] = consumer.ancestors {
        return ready.into_iter().next();
    }
    first_of(cx, consumer.gateway, &ready.iter().collect::<Vec<_>>())
}

/// Of these listeners, the one that the Gateway has first.
pub(super) fn first_of(
    cx: &ReadCx<'_>,
    gateway: &ObjectRef,
    listeners: &[&ListenerKey],
) -> Option<ListenerKey> {
    let view = cx.unit::<BindViewOf>(gateway);
    let mut in_order = view.as_ref().as_ref()?.listeners.iter().map(BindListener::key);
    in_order.find(|listener| listeners.contains(&listener))
}
