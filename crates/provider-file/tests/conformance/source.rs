use std::{fs, path::PathBuf};

use eg_provider_file::{FileOptions, FileSource};
use eg_resources::ResourceSource;
use eg_testkit::contract::source::SourceFixture;
use serde_json::Value;
use tempfile::TempDir;

struct Files(TempDir);

impl Files {
    fn path(&self, object: &Value) -> PathBuf {
        self.0.path().join(format!("{}.json", object["metadata"]["name"].as_str().unwrap()))
    }
}

impl SourceFixture for Files {
    async fn start(objects: Vec<Value>) -> Self {
        let mut files = Self(tempfile::tempdir().unwrap());
        for object in objects {
            files.put(object).await;
        }
        files
    }

    fn source(&self) -> Box<dyn ResourceSource> {
        Box::new(FileSource::new(FileOptions::new([self.0.path()])))
    }

    async fn put(&mut self, object: Value) {
        fs::write(self.path(&object), object.to_string()).unwrap();
    }

    async fn delete(&mut self, object: Value) {
        fs::remove_file(self.path(&object)).unwrap();
    }
}

eg_testkit::source_conformance!(Files);
