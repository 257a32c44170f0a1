//! Statuses: one module for each shape of status.

pub(crate) mod condition;
