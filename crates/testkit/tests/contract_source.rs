//! The source suite against the source in memory.

use eg_resources::{Change, Decoder, ResourceSource};
use eg_testkit::{contract::source::SourceFixture, memory::MemoryWorld};
use serde_json::Value;

struct Memory(MemoryWorld);

fn decoded(object: Value) -> eg_resources::AnyObject {
    Decoder::new().decode(object).expect("an object")
}

impl SourceFixture for Memory {
    async fn start(objects: Vec<Value>) -> Self {
        Self(MemoryWorld::new(objects.into_iter().map(decoded)))
    }

    fn source(&self) -> Box<dyn ResourceSource> {
        Box::new(self.0.source("memory"))
    }

    async fn put(&mut self, object: Value) {
        self.0.change(&[Change::Upsert(decoded(object))]);
    }

    async fn delete(&mut self, object: Value) {
        self.0.change(&[Change::Remove(decoded(object).key().clone())]);
    }
}

eg_testkit::source_conformance!(Memory);
