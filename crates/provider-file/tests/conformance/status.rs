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

#[tokio::test]
async fn statuses_of_objects_that_are_gone_are_removed() {
    use eg_provider_file::{FileOptions, FileSource};
    use eg_resources::{Batch, BoxFuture, ChangeSink, Closed, Decoder, Kind, ResourceSource, SourceId};
    use tokio::sync::mpsc;

    struct Heard(mpsc::UnboundedSender<()>);

    impl ChangeSink for Heard {
        fn send<'a>(&'a self, _: &'a SourceId, _: Batch) -> BoxFuture<'a, Result<(), Closed>> {
            Box::pin(async { self.0.send(()).map_err(|_| Closed) })
        }
    }

    let directory = tempfile::tempdir().unwrap();
    let (objects, statuses) = (directory.path().join("in"), directory.path().join("out"));
    fs::create_dir_all(&objects).unwrap();
    fs::create_dir_all(statuses.join("Gateway/n")).unwrap();
    let class = "apiVersion: gateway.networking.k8s.io/v1\nkind: GatewayClass\nmetadata: {name: c}\n\
                 spec: {controllerName: x.example/c}\n";
    fs::write(objects.join("a.yaml"), class).unwrap();
    fs::create_dir_all(statuses.join("GatewayClass")).unwrap();
    fs::create_dir_all(statuses.join("Limit/n")).unwrap();
    let (kept, stale) = (statuses.join("GatewayClass/c.yaml"), statuses.join("Gateway/n/g.yaml"));
    let foreign = statuses.join("Limit/n/l.yaml");
    for file in [&kept, &stale, &foreign] {
        fs::write(file, "status: {}\n").unwrap();
    }

    let mut options = FileOptions::new([&objects]);
    options.decoder = Decoder::new().with_foreign(Kind::intern("policy.example", "Limit"));
    options.statuses = Some(FileStatusSink::new(Some(statuses)));
    let (sender, mut heard) = mpsc::unbounded_channel();
    let running = tokio::spawn(Box::new(FileSource::new(options)).run(Arc::new(Heard(sender))));
    heard.recv().await.unwrap();
    assert_eq!([kept.exists(), stale.exists(), foreign.exists()], [true, false, false]);
    fs::remove_file(objects.join("a.yaml")).unwrap();
    heard.recv().await.unwrap();
    assert!(!kept.exists());
    running.abort();
}
