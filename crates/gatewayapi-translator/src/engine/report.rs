//! What an update did.

use std::{any::Any, collections::BTreeMap};

/// Which units ran in an update.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Runs {
    /// How often units of each name ran.
    pub units: BTreeMap<&'static str, usize>,
    /// How many reads they made.
    pub reads: usize,
    /// Units that panicked; each kept its last value.
    pub panics: Vec<Panic>,
}

/// A panic that was caught: a bug of ours, whose damage stays with one unit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Panic {
    /// The name of the unit.
    pub unit: &'static str,
    /// The key of the instance.
    pub key: String,
    /// The message of the panic.
    pub message: String,
}

impl Panic {
    pub(super) fn new(unit: &'static str, key: String, payload: &(dyn Any + Send)) -> Self {
        let text = payload.downcast_ref::<&str>().map(|text| (*text).to_owned());
        let message = text.or_else(|| payload.downcast_ref::<String>().cloned()).unwrap_or_default();
        Self { unit, key, message }
    }
}
