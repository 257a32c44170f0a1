//! Running sources.

use std::{sync::Arc, time::Duration};

use eg_resources::{Batch, BoxFuture, ChangeSink, Closed, SourceId};
use tokio::sync::{mpsc, watch};

use super::{SourceFactory, clock};
use crate::Event;

/// First and longest pause before a source that ended is run again.
const PAUSE: (Duration, Duration) = (Duration::from_millis(250), Duration::from_secs(30));

/// Runs a source, and again when it ends. What it sent stays in force meanwhile.
pub(super) async fn run(
    id: SourceId,
    factory: SourceFactory,
    events: mpsc::Sender<Event>,
    mut stopped: watch::Receiver<bool>,
) {
    let mut pause = PAUSE.0;
    loop {
        let sink: Arc<dyn ChangeSink> = Arc::new(Sink(events.clone()));
        let outcome = tokio::select! {
            outcome = factory().run(sink) => outcome,
            _ = stopped.wait_for(|stopped| *stopped) => return,
        };
        match outcome {
            Ok(()) if events.is_closed() => return,
            Ok(()) => tracing::info!(source = %id, "the source has nothing more to say"),
            Err(error) => tracing::error!(source = %id, "the source ended: {}", chain(&error)),
        }
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            _ = stopped.wait_for(|stopped| *stopped) => return,
        }
        pause = (pause * 2).min(PAUSE.1);
    }
}

/// Tells the core what time it is, so that it can start.
pub(super) async fn facts(events: mpsc::Sender<Event>) {
    let _ended = events.send(Event::Tick(clock::now())).await;
}

/// An error and what caused it, in one line.
pub(super) fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}

struct Sink(mpsc::Sender<Event>);

impl ChangeSink for Sink {
    fn send<'a>(&'a self, source: &'a SourceId, batch: Batch) -> BoxFuture<'a, Result<(), Closed>> {
        let event = Event::Batch { source: source.clone(), batch };
        Box::pin(async move { self.0.send(event).await.map_err(|_| Closed) })
    }
}
