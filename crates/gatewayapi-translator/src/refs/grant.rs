//! ReferenceGrants.
//!
//! API: `ReferenceGrant`, without which no object refers to another namespace. Each grant sends what it allows to groups, by who may refer to what, so that an edit of one re-runs
//! the references that it is about and no other reference into its namespace.

use std::{collections::BTreeSet, sync::Arc};

use eg_api::{
    core::Service,
    gateway::ReferenceGrant,
    multicluster::ServiceImport,
    v1alpha1::{Backend, EnvoyProxy},
};
use eg_diag::{Kind, ObjectRef};
use eg_ir::Name;
use eg_resources::Object;

use crate::{
    assembly::Assembly,
    engine::{Engine, Group, ReadCx, Root, Unit},
};

/// Registers the units of this module.
pub(crate) fn register(engine: &mut Engine) {
    engine.root_for_each_object::<GrantFanout>(ReferenceGrant::KIND);
}

/// Objects that a grant names: group, kind and namespace.
type Named = (Name, Name, Name);

/// The grants by which objects of a kind and namespace may refer to objects of another one.
struct Grants;

impl Group for Grants {
    /// Who refers, and to what; the name is absent where all objects of the kind are allowed.
    type Key = (Named, Named, Option<Name>);
    /// The grant.
    type Member = ObjectRef;
    type Value = ();
}

fn named(kind: Kind, namespace: &Arc<str>) -> Named {
    (kind.group.into(), kind.kind.into(), Arc::clone(namespace))
}

/// Sends what one grant allows.
struct GrantFanout;

impl Unit for GrantFanout {
    type Key = ObjectRef;
    type Out = ();
    const NAME: &'static str = "grant";
    const RANK: u8 = 0;

    fn compute(cx: &ReadCx<'_>, key: &ObjectRef) {
        let Some(grant) = cx.object::<ReferenceGrant>(key) else { return };
        let mut allowed = BTreeSet::new();
        for from in &grant.spec.from {
            let from: Named =
                (from.group.as_str().into(), from.kind.as_str().into(), from.namespace.as_str().into());
            for to in &grant.spec.to {
                let name = to.name.as_deref().filter(|name| !name.is_empty());
                let to: Named = (to.group.as_str().into(), to.kind.as_str().into(), key.namespace.clone());
                allowed.insert((from.clone(), to, name.map(Name::from)));
            }
        }
        for allowed in allowed {
            cx.send::<Grants>(allowed, key.clone(), ());
        }
    }
}

impl Root for GrantFanout {
    fn publish(_: &mut Assembly<'_>, _: &ObjectRef, _: Option<&Arc<()>>) {}
}

/// Whether objects of a kind in a namespace may refer to an object of another namespace.
pub(crate) struct Granted;

impl Unit for Granted {
    /// Kind and namespace of the object that refers, and the object at the other end.
    type Key = ((Kind, Arc<str>), ObjectRef);
    type Out = bool;
    const NAME: &'static str = "granted";
    const RANK: u8 = 1;

    fn compute(cx: &ReadCx<'_>, ((from_kind, from_namespace), to): &Self::Key) -> bool {
        // An EnvoyProxy belongs to those who run the proxies, and says where these report to.
        let reports_to = [Service::KIND, ServiceImport::KIND, Backend::KIND];
        if *from_kind == EnvoyProxy::KIND && reports_to.contains(&to.kind) {
            return true;
        }
        let (from, target) = (named(*from_kind, from_namespace), named(to.kind, &to.namespace));
        let any = cx.group_len::<Grants>(&(from.clone(), target.clone(), None));
        any > 0 || cx.group_len::<Grants>(&(from, target, Some(to.name.clone()))) > 0
    }
}
