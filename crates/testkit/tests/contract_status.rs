//! The status suite against the sink in memory.

use eg_resources::{Decoder, ObjectRef, StatusSink};
use eg_testkit::{
    contract::status::{CONTROLLER, StatusFixture},
    memory::MemoryStatusSink,
};
use serde_json::Value;
use std::sync::Arc;

struct Memory(MemoryStatusSink);

impl StatusFixture for Memory {
    async fn start(objects: Vec<Value>) -> Self {
        let decoder = Decoder::new();
        let held = objects.into_iter().map(|object| {
            let status = object["status"].clone();
            (decoder.decode(object).expect("an object").key().clone(), status)
        });
        Self(MemoryStatusSink::new(CONTROLLER, held))
    }

    fn sink(&self) -> Arc<dyn StatusSink> {
        Arc::new(self.0.clone())
    }

    async fn status(&self, object: &ObjectRef) -> Value {
        self.0.status(object).unwrap_or_default()
    }
}

eg_testkit::status_sink_conformance!(Memory);
