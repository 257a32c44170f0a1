//! The rules of [`ResourceSource`].
//!
//! Every rule panics with what it saw when it is broken.

#![expect(clippy::expect_used, clippy::missing_panics_doc, reason = "a rule that is broken fails a test")]

use super::PATIENCE;
use eg_resources::{
    AnyObject, Batch, BoxFuture, ChangeSink, Closed, Decoder, ResourceSource, SourceId, Store,
};
use serde_json::{Value, json};
use std::{
    future::Future,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use tokio::{sync::watch, task::JoinHandle, time::timeout};

/// A place that a source watches: a folder, an API server.
pub trait SourceFixture: Sized + Send {
    /// A place with these objects in it.
    fn start(objects: Vec<Value>) -> impl Future<Output = Self> + Send;

    /// A source that watches the place. Called again to restart it.
    fn source(&self) -> Box<dyn ResourceSource>;

    /// Creates the object, or replaces it.
    fn put(&mut self, object: Value) -> impl Future<Output = ()> + Send;

    /// Deletes the object.
    fn delete(&mut self, object: Value) -> impl Future<Output = ()> + Send;
}

/// An object for tests of sources; `value` is its content.
pub fn sample(name: &str, value: &str) -> Value {
    json!({
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"namespace": "default", "name": name},
        "data": {"value": value},
    })
}

/// What a source sent so far.
struct Collector {
    seen: Mutex<Seen>,
    changed: watch::Sender<u64>,
    open: bool,
}

#[derive(Default)]
struct Seen {
    store: Store,
    batches: u64,
    first_replaces: Option<bool>,
}

impl Collector {
    fn new(open: bool) -> Arc<Self> {
        Arc::new(Self { seen: Mutex::default(), changed: watch::Sender::new(0), open })
    }

    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until the objects with these names and values are all there is of the samples.
    async fn has(&self, expected: &[(&str, &str)]) {
        let mut changed = self.changed.subscribe();
        let expected: Vec<AnyObject> =
            expected.iter().map(|(name, value)| decoded(&sample(name, value))).collect();
        let reached = async {
            loop {
                let now = self.samples();
                if now.len() == expected.len()
                    && now.iter().all(|object| expected.iter().any(|e| same(e, object)))
                {
                    return;
                }
                let _ = changed.changed().await;
            }
        };
        let in_time = timeout(PATIENCE, reached).await;
        let (sent, wanted) = (contents(&self.samples()), contents(&expected));
        assert!(in_time.is_ok(), "the source sent {sent:?}, expected {wanted:?}");
    }

    fn samples(&self) -> Vec<AnyObject> {
        let snapshot = self.seen().store.snapshot();
        snapshot.iter().filter(|object| object.key().kind.kind == "ConfigMap").cloned().collect()
    }
}

fn decoded(object: &Value) -> AnyObject {
    Decoder::new().decode(object.clone()).expect("a sample")
}

/// Whether two samples have the same name and content; a place may add metadata of its own.
fn same(a: &AnyObject, b: &AnyObject) -> bool {
    a.key() == b.key() && a.to_json()["data"] == b.to_json()["data"]
}

fn contents(objects: &[AnyObject]) -> Vec<Value> {
    objects.iter().map(|object| json!([object.key().to_string(), object.to_json()["data"]])).collect()
}

impl ChangeSink for Collector {
    fn send<'a>(&'a self, source: &'a SourceId, batch: Batch) -> BoxFuture<'a, Result<(), Closed>> {
        Box::pin(async move {
            {
                let mut seen = self.seen();
                seen.first_replaces.get_or_insert(matches!(batch, Batch::Replace(_)));
                seen.batches += 1;
                seen.store.apply(source, batch);
            }
            self.changed.send_modify(|count| *count += 1);
            if self.open { Ok(()) } else { Err(Closed) }
        })
    }
}

/// A source that runs until it is dropped.
struct Running<R>(JoinHandle<R>);

impl<R> Drop for Running<R> {
    fn drop(&mut self) {
        self.0.abort();
    }
}

fn run(fixture: &impl SourceFixture) -> (Arc<Collector>, Running<()>) {
    let collector = Collector::new(true);
    let source = fixture.source();
    let sink: Arc<dyn ChangeSink> = Arc::clone(&collector) as _;
    let task = tokio::spawn(async move {
        // How it ended shows in what it sent.
        let _ = source.run(sink).await;
    });
    (collector, Running(task))
}

/// The first batch replaces, and has every object.
pub async fn the_first_batch_is_everything<F: SourceFixture>() {
    let fixture = F::start(vec![sample("a", "1"), sample("b", "1")]).await;
    let (collector, _running) = run(&fixture);
    collector.has(&[("a", "1"), ("b", "1")]).await;
    let seen = collector.seen();
    assert_eq!((seen.first_replaces, seen.batches), (Some(true), 1), "(first replaces, batches)");
}

/// An empty place sends its first batch too, or nothing would ever be published.
pub async fn the_first_batch_comes_from_an_empty_world_too<F: SourceFixture>() {
    let fixture = F::start(Vec::new()).await;
    let (collector, _running) = run(&fixture);
    let mut changed = collector.changed.subscribe();
    let came = timeout(PATIENCE, changed.wait_for(|batches| *batches > 0)).await;
    assert!(matches!(came, Ok(Ok(_))), "no batch from an empty world");
    assert_eq!(collector.seen().first_replaces, Some(true));
}

/// An object that is created arrives.
pub async fn a_new_object_arrives<F: SourceFixture>() {
    let mut fixture = F::start(vec![sample("a", "1")]).await;
    let (collector, _running) = run(&fixture);
    collector.has(&[("a", "1")]).await;
    fixture.put(sample("b", "1")).await;
    collector.has(&[("a", "1"), ("b", "1")]).await;
}

/// An object that is edited arrives with its new content.
pub async fn an_edit_arrives<F: SourceFixture>() {
    let mut fixture = F::start(vec![sample("a", "1"), sample("b", "1")]).await;
    let (collector, _running) = run(&fixture);
    collector.has(&[("a", "1"), ("b", "1")]).await;
    fixture.put(sample("a", "2")).await;
    collector.has(&[("a", "2"), ("b", "1")]).await;
}

/// An object that is deleted is gone, and the others stay.
pub async fn a_deletion_arrives<F: SourceFixture>() {
    let mut fixture = F::start(vec![sample("a", "1"), sample("b", "1")]).await;
    let (collector, _running) = run(&fixture);
    collector.has(&[("a", "1"), ("b", "1")]).await;
    fixture.delete(sample("a", "1")).await;
    collector.has(&[("b", "1")]).await;
}

/// Many edits in a row may be sent together, but end in the last.
pub async fn quick_edits_end_in_the_last<F: SourceFixture>() {
    let mut fixture = F::start(vec![sample("a", "0")]).await;
    let (collector, _running) = run(&fixture);
    collector.has(&[("a", "0")]).await;
    for value in 1..=30 {
        fixture.put(sample("a", &value.to_string())).await;
    }
    fixture.put(sample("b", "1")).await;
    collector.has(&[("a", "30"), ("b", "1")]).await;
}

/// A source whose sink is closed returns.
pub async fn a_closed_sink_ends_the_source<F: SourceFixture>() {
    let fixture = F::start(vec![sample("a", "1")]).await;
    let ended = timeout(PATIENCE, fixture.source().run(Collector::new(false))).await;
    assert!(ended.is_ok(), "the source goes on although nobody listens");
}

/// A source that is started again sends the whole world as it is now, without what was deleted meanwhile.
pub async fn a_restart_sends_everything_again<F: SourceFixture>() {
    let mut fixture = F::start(vec![sample("a", "1"), sample("b", "1")]).await;
    let (collector, running) = run(&fixture);
    collector.has(&[("a", "1"), ("b", "1")]).await;
    drop(running);
    fixture.delete(sample("a", "1")).await;
    fixture.put(sample("c", "1")).await;
    let (collector, _running) = run(&fixture);
    collector.has(&[("b", "1"), ("c", "1")]).await;
    assert_eq!(collector.seen().first_replaces, Some(true));
}
