//! Statuses to write back.

use std::sync::Arc;

use eg_api::{
    gateway::{GatewayClassStatus, GatewayStatus, ListenerSetStatus, PolicyStatus, RouteStatus},
    meta::Condition,
    v1alpha1::EnvoyProxyStatus,
};
use eg_diag::ObjectRef;
use serde::Serialize;

/// The status that an object should have, as far as this controller is concerned.
///
/// Conditions carry no transition time; the [`StatusSink`](crate::StatusSink) sets it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatusUpdate {
    /// Whose status it is.
    pub object: ObjectRef,
    /// The identity of the object that was translated. An object that was deleted and created again under its name
    /// has another one.
    pub uid: Option<Arc<str>>,
    /// The generation that was translated.
    pub generation: i64,
    /// The status; an empty one removes our entries. Many objects have the same one.
    pub status: Arc<Status>,
}

/// A status, by its shape.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
#[non_exhaustive]
pub enum Status {
    /// Of a GatewayClass.
    GatewayClass(GatewayClassStatus),
    /// Of a Gateway.
    Gateway(GatewayStatus),
    /// Of a ListenerSet.
    ListenerSet(ListenerSetStatus),
    /// Of a route: one entry for each parent.
    Route(RouteStatus),
    /// Of a policy: one entry for each ancestor.
    Policy(PolicyStatus),
    /// Of an EnvoyProxy: one entry for each GatewayClass and Gateway that uses it.
    EnvoyProxy(EnvoyProxyStatus),
    /// Conditions alone.
    Conditions {
        /// The conditions.
        conditions: Vec<Condition>,
    },
}

impl Status {
    /// Visits every condition.
    pub fn conditions_mut(&mut self, visit: &mut dyn FnMut(&mut Condition)) {
        match self {
            Self::GatewayClass(status) => status.conditions.iter_mut().for_each(visit),
            Self::Gateway(status) => {
                status.conditions.iter_mut().for_each(&mut *visit);
                status.listeners.iter_mut().flat_map(|listener| &mut listener.conditions).for_each(visit);
            }
            Self::ListenerSet(status) => {
                status.conditions.iter_mut().for_each(&mut *visit);
                status.listeners.iter_mut().flat_map(|listener| &mut listener.conditions).for_each(visit);
            }
            Self::Route(status) => {
                status.parents.iter_mut().flat_map(|parent| &mut parent.conditions).for_each(visit);
            }
            Self::Policy(status) => {
                status.ancestors.iter_mut().flat_map(|ancestor| &mut ancestor.conditions).for_each(visit);
            }
            Self::EnvoyProxy(status) => {
                status.ancestors.iter_mut().flat_map(|ancestor| &mut ancestor.conditions).for_each(visit);
            }
            Self::Conditions { conditions } => conditions.iter_mut().for_each(visit),
        }
    }
}
