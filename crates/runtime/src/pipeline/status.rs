//! Writing statuses.
//!
//! Each sink has a queue of its own, in which a newer status of an object takes the place of an older one. A status that
//! cannot be written is tried again, with a pause that grows, and holds no other one up.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use eg_diag::ObjectRef;
use eg_resources::{StatusSink, StatusUpdate};
use eg_telemetry::Metrics;
use tokio::{
    sync::watch,
    task::JoinSet,
    time::{Instant, sleep_until},
};

use super::{measure, source::chain};

/// First and longest pause before the status of an object is tried again.
const PAUSE: (Duration, Duration) = (Duration::from_millis(500), Duration::from_mins(1));

/// Statuses to write, the last one of each object.
type Waiting = BTreeMap<ObjectRef, StatusUpdate>;

/// Where statuses go that are to be written.
pub(super) struct Statuses(Vec<watch::Sender<Waiting>>);

impl Statuses {
    /// Asks every sink to write these.
    pub(super) fn write(&self, updates: &[StatusUpdate]) {
        for queue in self.0.iter().filter(|_| !updates.is_empty()) {
            queue.send_modify(|waiting| {
                waiting.extend(updates.iter().map(|update| (update.object.clone(), update.clone())));
            });
        }
    }
}

/// Starts a task for each sink.
pub(super) fn start(
    tasks: &mut JoinSet<()>,
    sinks: Vec<Arc<dyn StatusSink>>,
    metrics: &Metrics,
    stopped: &watch::Receiver<bool>,
) -> Statuses {
    let queues = sinks.into_iter().map(|sink| {
        let (queue, waiting) = watch::channel(Waiting::new());
        let (metrics, mut stopped) = (metrics.clone(), stopped.clone());
        let writer = Writer { sink, queue: queue.clone(), failed: BTreeMap::new(), metrics };
        tasks.spawn(async move {
            tokio::select! {
                () = writer.run(waiting) => {}
                _ = stopped.wait_for(|stopped| *stopped) => {}
            }
        });
        queue
    });
    Statuses(queues.collect())
}

/// Writes to one sink.
struct Writer {
    sink: Arc<dyn StatusSink>,
    queue: watch::Sender<Waiting>,
    failed: BTreeMap<ObjectRef, Failed>,
    metrics: Metrics,
}

/// A status that could not be written.
struct Failed {
    update: StatusUpdate,
    /// When to try again, and how long to wait after that.
    due: Instant,
    pause: Duration,
}

impl Writer {
    /// Writes what is new before it tries again what failed.
    async fn run(mut self, mut waiting: watch::Receiver<Waiting>) {
        loop {
            let next = self.failed.values().map(|failed| failed.due).min();
            tokio::select! {
                biased;
                new = async { waiting.wait_for(|waiting| !waiting.is_empty()).await.is_ok() } => {
                    if !new {
                        return;
                    }
                    self.write_new().await;
                }
                () = due(next) => self.try_again().await,
            }
        }
    }

    async fn write_new(&mut self) {
        let mut new = Waiting::new();
        self.queue.send_if_modified(|waiting| {
            new = std::mem::take(waiting);
            false
        });
        let updates: Vec<StatusUpdate> = new.into_values().collect();
        let failed = self.write(&updates).await;
        // Which of several failed is found out by trying each alone.
        let alone = updates.len() == 1;
        for update in updates {
            let before = self.failed.remove(&update.object);
            if failed {
                let pause = before.map_or(PAUSE.0, |before| before.pause);
                let due = if alone { Instant::now() + pause } else { Instant::now() };
                self.failed.insert(update.object.clone(), Failed { update, due, pause });
            }
        }
    }

    /// Writes these; says whether to try again.
    async fn write(&self, updates: &[StatusUpdate]) -> bool {
        let began = Instant::now();
        let outcome = self.sink.write(updates).await;
        measure::statuses(&self.metrics, updates, &outcome, began.elapsed());
        let Err(error) = outcome else { return false };
        tracing::warn!(count = updates.len(), "statuses were not written: {}", chain(&error));
        error.is_retryable()
    }

    /// Tries the status again that has waited longest.
    async fn try_again(&mut self) {
        let next = self.failed.values().min_by_key(|failed| failed.due);
        let Some(object) = next.map(|failed| failed.update.object.clone()) else { return };
        let Some(Failed { update, pause, .. }) = self.failed.remove(&object) else { return };
        if self.write(std::slice::from_ref(&update)).await {
            let (due, pause) = (Instant::now() + pause, (pause * 2).min(PAUSE.1));
            self.failed.insert(object, Failed { update, due, pause });
        }
    }
}

/// Resolves at this time; never when there is none.
async fn due(at: Option<Instant>) {
    match at {
        Some(at) => sleep_until(at).await,
        None => std::future::pending().await,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Mutex, PoisonError};

    use eg_resources::{BoxFuture, SourceError, Status};

    use super::*;

    /// Fails for one object until it is told not to.
    #[derive(Default)]
    struct Sink {
        broken: Mutex<Option<ObjectRef>>,
        written: Mutex<Vec<(String, i64)>>,
        tries: Mutex<usize>,
    }

    impl StatusSink for Sink {
        fn write<'a>(&'a self, updates: &'a [StatusUpdate]) -> BoxFuture<'a, Result<(), SourceError>> {
            Box::pin(async move {
                *lock(&self.tries) += 1;
                let broken = lock(&self.broken).clone();
                if updates.iter().any(|update| Some(&update.object) == broken.as_ref()) {
                    let source = std::io::Error::other("it is broken").into();
                    return Err(SourceError::Transient { what: "writing".to_owned(), source });
                }
                let written =
                    updates.iter().map(|update| (update.object.name.to_string(), update.generation));
                lock(&self.written).extend(written);
                Ok(())
            })
        }
    }

    fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
        mutex.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn object(name: &str) -> ObjectRef {
        ObjectRef::new(eg_diag::kind!("example", "Thing"), "", name)
    }

    fn update(name: &str, generation: i64) -> StatusUpdate {
        let status = Status::Conditions { conditions: Vec::new() }.into();
        StatusUpdate { object: object(name), uid: None, generation, status }
    }

    struct Running {
        sink: Arc<Sink>,
        statuses: Statuses,
        _tasks: JoinSet<()>,
        _stop: watch::Sender<bool>,
    }

    fn start_with_broken(name: &str) -> Running {
        let sink = Arc::new(Sink { broken: Mutex::new(Some(object(name))), ..Sink::default() });
        let (stop, stopped) = watch::channel(false);
        let mut tasks = JoinSet::new();
        let statuses = start(&mut tasks, vec![Arc::clone(&sink) as _], &Metrics::new(), &stopped);
        Running { sink, statuses, _tasks: tasks, _stop: stop }
    }

    /// Lets time pass, which is not real time in these tests.
    async fn pass(seconds: u64) {
        tokio::time::sleep(Duration::from_secs(seconds)).await;
    }

    #[tokio::test(start_paused = true)]
    async fn one_that_cannot_be_written_holds_up_no_other() {
        let running = start_with_broken("bad");
        running.statuses.write(&[update("bad", 1), update("good", 1)]);
        pass(1).await;
        assert_eq!(*lock(&running.sink.written), [("good".to_owned(), 1)]);
        running.statuses.write(&[update("later", 1)]);
        pass(1).await;
        assert_eq!(lock(&running.sink.written).last(), Some(&("later".to_owned(), 1)));
        *lock(&running.sink.broken) = None;
        pass(120).await;
        assert_eq!(lock(&running.sink.written).last(), Some(&("bad".to_owned(), 1)));
    }

    #[tokio::test(start_paused = true)]
    async fn a_newer_status_takes_the_place_of_one_that_failed() {
        let running = start_with_broken("bad");
        running.statuses.write(&[update("bad", 1)]);
        pass(1).await;
        running.statuses.write(&[update("bad", 2)]);
        pass(1).await;
        *lock(&running.sink.broken) = None;
        pass(120).await;
        assert_eq!(*lock(&running.sink.written), [("bad".to_owned(), 2)]);
    }

    #[tokio::test(start_paused = true)]
    async fn the_pause_grows() {
        let running = start_with_broken("bad");
        running.statuses.write(&[update("bad", 1)]);
        pass(600).await;
        let tries = *lock(&running.sink.tries);
        assert!((10..=20).contains(&tries), "{tries} tries in ten minutes");
    }
}
