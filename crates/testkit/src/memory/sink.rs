//! Statuses that a test can look at.

use eg_resources::{BoxFuture, ObjectRef, SourceError, StatusSink, StatusUpdate};
use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// A status sink that keeps what it was asked to write, as an API server would hold it.
///
/// It knows its objects; an update for another one is dropped. Entries of other controllers stay, and a condition keeps its
/// transition time until its status changes. Time is a counter, so that tests see exactly when it moved.
#[derive(Clone, Debug)]
pub struct MemoryStatusSink {
    controller: Arc<str>,
    inner: Arc<Mutex<Inner>>,
}

#[derive(Debug, Default)]
struct Inner {
    statuses: BTreeMap<ObjectRef, Value>,
    writes: u64,
}

impl MemoryStatusSink {
    /// A sink for this controller and these objects with the statuses they have.
    pub fn new(controller: &str, objects: impl IntoIterator<Item = (ObjectRef, Value)>) -> Self {
        let inner = Inner { statuses: objects.into_iter().collect(), writes: 0 };
        Self { controller: controller.into(), inner: Arc::new(Mutex::new(inner)) }
    }

    /// The status of an object; `None` if the sink does not know the object.
    pub fn status(&self, object: &ObjectRef) -> Option<Value> {
        self.lock().statuses.get(object).cloned()
    }

    /// How often a status was changed.
    pub fn writes(&self) -> u64 {
        self.lock().writes
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl StatusSink for MemoryStatusSink {
    fn write<'a>(&'a self, updates: &'a [StatusUpdate]) -> BoxFuture<'a, Result<(), SourceError>> {
        Box::pin(async move {
            let mut inner = self.lock();
            for update in updates {
                let Some(old) = inner.statuses.get(&update.object).cloned() else { continue };
                let new = serde_json::to_value(&update.status).unwrap_or_default();
                let time = format!("2026-01-01T00:{:02}:{:02}Z", inner.writes / 60 % 60, inner.writes % 60);
                let merged = merge(&old, new, &self.controller, &time);
                if merged != old {
                    inner.statuses.insert(update.object.clone(), merged);
                    inner.writes += 1;
                }
            }
            Ok(())
        })
    }
}

/// The status to hold: ours as asked for, entries of other controllers as they are, transition times kept where they may be.
fn merge(old: &Value, mut new: Value, controller: &str, time: &str) -> Value {
    stamp(old, &mut new, time);
    for list in ["parents", "ancestors"] {
        let held = old[list].as_array().into_iter().flatten();
        let foreign = held.filter(|entry| entry["controllerName"] != controller).cloned();
        let foreign: Vec<Value> = foreign.collect();
        if let Some(entries) = new[list].as_array_mut() {
            entries.splice(0..0, foreign);
        }
    }
    new
}

/// Sets the transition time of every condition, from the same place of the old status where the status is the same.
fn stamp(old: &Value, new: &mut Value, time: &str) {
    match new {
        Value::Object(fields) if fields.contains_key("lastTransitionTime") => {
            let kept = old["status"] == fields["status"] && old["lastTransitionTime"].is_string();
            let time = if kept { old["lastTransitionTime"].clone() } else { json!(time) };
            fields.insert("lastTransitionTime".to_owned(), time);
        }
        Value::Object(fields) => fields.iter_mut().for_each(|(name, field)| stamp(&old[name], field, time)),
        Value::Array(items) => {
            for item in items {
                let held = old.as_array().into_iter().flatten().find(|held| same_entry(held, item));
                stamp(held.unwrap_or(&Value::Null), item, time);
            }
        }
        _ => {}
    }
}

/// Whether two list entries are about the same thing.
fn same_entry(a: &Value, b: &Value) -> bool {
    ["type", "name", "parentRef", "ancestorRef", "controllerName"].iter().all(|field| a[field] == b[field])
}
