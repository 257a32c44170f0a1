//! ReferenceGrants.

use std::sync::Arc;

use eg_api::{
    core::Service,
    gateway::ReferenceGrant,
    multicluster::ServiceImport,
    v1alpha1::{Backend, EnvoyProxy},
};
use eg_diag::{Kind, ObjectRef};
use eg_resources::Object;

use crate::engine::{ReadCx, Unit};

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
        cx.in_namespace(ReferenceGrant::KIND, &to.namespace).iter().any(|grant| {
            let Some(grant) = cx.object::<ReferenceGrant>(grant) else { return false };
            let from = grant.spec.from.iter().any(|from| {
                from.group == from_kind.group
                    && from.kind == from_kind.kind
                    && *from.namespace == **from_namespace
            });
            from && grant.spec.to.iter().any(|allowed| {
                let named = allowed.name.as_deref().filter(|name| !name.is_empty());
                allowed.group == to.kind.group
                    && allowed.kind == to.kind.kind
                    && named.is_none_or(|name| *name == *to.name)
            })
        })
    }
}
