use std::{fs, sync::Arc};

use eg_provider_file::FileStatusSink;
use eg_resources::{ObjectRef, StatusSink};
use eg_testkit::contract::status::StatusFixture;
use serde_json::Value;
use tempfile::TempDir;

struct Files {
    sink: FileStatusSink,
    _directory: TempDir,
}

impl StatusFixture for Files {
    const SHARED: bool = false;

    async fn start(_objects: Vec<Value>) -> Self {
        let directory = tempfile::tempdir().unwrap();
        Self { sink: FileStatusSink::new(Some(directory.path().to_owned())), _directory: directory }
    }

    fn sink(&self) -> Arc<dyn StatusSink> {
        Arc::new(self.sink.clone())
    }

    async fn status(&self, object: &ObjectRef) -> Value {
        let text = fs::read_to_string(self.sink.path_of(object).unwrap()).unwrap_or_default();
        let mut document: Value = serde_saphyr::from_str(&text).unwrap_or_default();
        document["status"].take()
    }
}

eg_testkit::status_sink_conformance!(Files);
