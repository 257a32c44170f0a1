//! Statuses: one module for each shape of status.

use std::sync::Arc;

use eg_resources::{Object, Status, StatusUpdate};

pub(crate) mod condition;
pub(crate) mod envoy_proxy;
pub(crate) mod foreign;
pub(crate) mod gateway;
pub(crate) mod listener_set;
pub(crate) mod outcome;
pub(crate) mod policy;
pub(crate) mod route;

/// The status that `object` should have.
pub(crate) fn update_of(object: &impl Object, status: impl Into<Arc<Status>>) -> StatusUpdate {
    let meta = object.meta();
    StatusUpdate {
        object: object.object_ref(),
        uid: meta.uid.clone(),
        generation: meta.generation(),
        status: status.into(),
    }
}
