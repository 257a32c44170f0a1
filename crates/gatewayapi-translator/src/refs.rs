//! Following references: one resolver per referent, and one check of ReferenceGrants that every reference to another
//! namespace passes.

use std::sync::Arc;

use eg_diag::{Kind, ObjectRef};
use eg_resources::{AnyObject, Demand, Object};

use crate::{Env, demand, engine::ReadCx};

pub(crate) mod backend;
pub(crate) mod ca;
pub(crate) mod client_certificate;
pub(crate) mod config_map;
mod grant;
pub(crate) mod secret_server;

pub(crate) use grant::{Granted, register};

/// Tracked access on behalf of an object: it follows the object's references and checks that it may.
#[derive(Clone, Copy, Debug)]
pub struct RefCx<'a, 'e> {
    cx: &'a ReadCx<'e>,
    from: &'a ObjectRef,
}

/// Why a reference leads nowhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unresolved {
    /// It names another namespace, in which no ReferenceGrant allows it.
    NotPermitted,
    /// There is no such object.
    NotFound,
}

impl<'a, 'e> RefCx<'a, 'e> {
    /// Access on behalf of `from`, the object that contains the references.
    pub(crate) fn new(cx: &'a ReadCx<'e>, from: &'a ObjectRef) -> Self {
        Self { cx, from }
    }

    /// The object on whose behalf references are followed.
    pub fn from(&self) -> &'a ObjectRef {
        self.from
    }

    /// Tracked access to everything, for what follows references in a way of its own.
    pub(crate) fn reads(&self) -> &'a ReadCx<'e> {
        self.cx
    }

    /// Configuration and features.
    pub fn env(&self) -> &'a Env {
        self.cx.env()
    }

    /// The reference to `name` of this kind, in `namespace` or else the namespace of the object that refers.
    pub fn target(&self, kind: Kind, namespace: Option<&str>, name: &str) -> ObjectRef {
        let namespace = namespace.map_or_else(|| Arc::clone(&self.from.namespace), Into::into);
        ObjectRef::new(kind, namespace, name)
    }

    /// Whether the reference is allowed: it stays in its namespace, or a ReferenceGrant over there allows it.
    pub fn permitted(&self, to: &ObjectRef) -> bool {
        if to.namespace == self.from.namespace {
            return true;
        }
        let from = (self.from.kind, Arc::clone(&self.from.namespace));
        *self.cx.unit::<Granted>(&(from, to.clone()))
    }

    /// The object at the other end.
    pub fn follow<K: Object>(&self, to: &ObjectRef) -> Result<Arc<K>, Unresolved> {
        let object = self.follow_any(to)?;
        object.downcast().ok_or(Unresolved::NotFound)
    }

    /// An object of the control plane's own installation, which no user refers to.
    pub(crate) fn installed<K: Object>(&self, name: &str) -> Option<Arc<K>> {
        self.cx.get(&self.env().settings.namespace, name)
    }

    /// What is known of something that the outside world must say; `None` while it has not answered.
    pub(crate) fn ask<F: Object>(&self, demand: Demand) -> Option<Arc<F>> {
        demand::ask(self.cx, self.from, demand)
    }

    /// The object at the other end, whatever its type.
    pub fn follow_any(&self, to: &ObjectRef) -> Result<AnyObject, Unresolved> {
        if !self.permitted(to) {
            return Err(Unresolved::NotPermitted);
        }
        self.cx.get_any(to).ok_or(Unresolved::NotFound)
    }
}
