//! The suites against implementations that break a rule: the rule must notice.

use eg_resources::{
    Batch, BoxFuture, Change, ChangeSink, Decoder, ObjectRef, ResourceSource, SourceError, SourceId,
    StatusSink, StatusUpdate,
};
use eg_testkit::contract::{
    block_on,
    source::{self, SourceFixture},
    status::{self, StatusFixture},
};
use serde_json::Value;
use std::sync::{Arc, Mutex};

/// Sends its first objects as changes instead of as a whole, and goes on although nobody listens.
struct Piecemeal(Vec<Value>);

struct PiecemealSource(Vec<Value>);

impl SourceFixture for Piecemeal {
    async fn start(objects: Vec<Value>) -> Self {
        Self(objects)
    }

    fn source(&self) -> Box<dyn ResourceSource> {
        Box::new(PiecemealSource(self.0.clone()))
    }

    async fn put(&mut self, object: Value) {
        self.0.push(object);
    }

    async fn delete(&mut self, _object: Value) {}
}

impl ResourceSource for PiecemealSource {
    fn id(&self) -> SourceId {
        SourceId::new("piecemeal")
    }

    fn run(self: Box<Self>, sink: Arc<dyn ChangeSink>) -> BoxFuture<'static, Result<(), SourceError>> {
        Box::pin(async move {
            for object in self.0 {
                let object = Decoder::new().decode(object).expect("an object");
                let _ = sink
                    .send(&SourceId::new("piecemeal"), Batch::Changes(vec![Change::Upsert(object)]))
                    .await;
            }
            Ok(())
        })
    }
}

#[test]
#[should_panic(expected = "first replaces")]
fn a_source_that_starts_with_changes() {
    block_on(source::the_first_batch_is_everything::<Piecemeal>());
}

/// Overwrites the whole status, whoever wrote it, with a new time each time.
struct Careless(Arc<Mutex<(Value, u32)>>);

struct CarelessSink(Arc<Mutex<(Value, u32)>>);

impl StatusFixture for Careless {
    async fn start(objects: Vec<Value>) -> Self {
        Self(Arc::new(Mutex::new((objects[0]["status"].clone(), 0))))
    }

    fn sink(&self) -> Arc<dyn StatusSink> {
        Arc::new(CarelessSink(Arc::clone(&self.0)))
    }

    async fn status(&self, _object: &ObjectRef) -> Value {
        self.0.lock().expect("a lock").0.clone()
    }
}

impl StatusSink for CarelessSink {
    fn write<'a>(&'a self, updates: &'a [StatusUpdate]) -> BoxFuture<'a, Result<(), SourceError>> {
        Box::pin(async move {
            let mut held = self.0.lock().expect("a lock");
            for update in updates {
                held.1 += 1;
                held.0 = serde_json::to_value(&update.status).expect("a status");
                if held.0["parents"][0].is_object() {
                    let time = format!("2026-01-01T00:00:{:02}Z", held.1);
                    held.0["parents"][0]["conditions"][0]["lastTransitionTime"] = time.into();
                }
            }
            Ok(())
        })
    }
}

#[test]
#[should_panic(expected = "assertion `left == right` failed")]
fn a_sink_that_writes_a_new_time_each_time() {
    block_on(status::a_new_message_keeps_the_transition_time::<Careless>());
}

#[test]
#[should_panic(expected = "assertion `left == right` failed")]
fn a_sink_that_writes_what_is_there() {
    block_on(status::an_equal_status_changes_nothing::<Careless>());
}

#[test]
fn a_sink_that_writes_still_passes_the_simple_rules() {
    block_on(status::a_condition_that_flips_is_written::<Careless>());
}
