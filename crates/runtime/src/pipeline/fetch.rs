//! Answering demands.
//!
//! Each demand has a task of its own, which fetches the answer, again when it is due for refreshment, and with back-off
//! after a failure.

use std::{sync::Arc, time::Duration};

use eg_fetch::Fetcher;
use eg_resources::{AnyObject, Demand};
use eg_telemetry::Metrics;
use tokio::{
    sync::{mpsc, watch},
    task::JoinSet,
    time::sleep,
};

use super::{
    errand::{BackOff, Errands, jittered},
    measure,
    source::chain,
};
use crate::Event;

/// What should be done about a demand.
pub(super) enum Wish {
    /// Answer it, and keep the answer fresh.
    Answer(Demand),
    /// Nobody has it any more.
    Drop(Demand),
}

/// Why a demand has no answer, and whether that may change by itself.
struct Failure {
    why: String,
    may_pass: bool,
}

/// Starts the task that answers demands.
pub(super) fn start(
    tasks: &mut JoinSet<()>,
    fetchers: Vec<Arc<dyn Fetcher>>,
    metrics: &Metrics,
    events: mpsc::Sender<Event>,
    mut stopped: watch::Receiver<bool>,
) -> mpsc::UnboundedSender<Wish> {
    // As long as the number of things that users name: the core asks for each once.
    let (wishes, inbox) = mpsc::unbounded_channel();
    let metrics = metrics.clone();
    tasks.spawn(async move {
        tokio::select! {
            () = run(fetchers, metrics, inbox, events) => {}
            _ = stopped.wait_for(|stopped| *stopped) => {}
        }
    });
    wishes
}

async fn run(
    fetchers: Vec<Arc<dyn Fetcher>>,
    metrics: Metrics,
    mut inbox: mpsc::UnboundedReceiver<Wish>,
    events: mpsc::Sender<Event>,
) {
    let mut errands = Errands::new();
    loop {
        tokio::select! {
            wish = inbox.recv() => match wish {
                None => return,
                Some(Wish::Answer(demand)) => {
                    let fetcher = fetchers.iter().find(|fetcher| fetcher.answers(&demand)).cloned();
                    errands.start(demand.clone(), answer(fetcher, demand, metrics.clone(), events.clone()));
                }
                Some(Wish::Drop(demand)) => errands.end(&demand),
            },
            () = errands.reap() => {}
        }
    }
}

/// Keeps the core informed about one demand.
async fn answer(
    fetcher: Option<Arc<dyn Fetcher>>,
    demand: Demand,
    metrics: Metrics,
    events: mpsc::Sender<Event>,
) {
    let mut back_off = BackOff::new();
    loop {
        let (answer, pause) = match attempt(fetcher.as_deref(), &demand).await {
            Ok((fact, fresh_for)) => {
                back_off = BackOff::new();
                (Ok(fact), jittered(fresh_for))
            }
            Err(Failure { why, may_pass }) => {
                tracing::warn!(demand = demand.url(), "a demand is not answered: {why}");
                (Err(why), if may_pass { back_off.next() } else { back_off.longest() })
            }
        };
        metrics.fetches.count([measure::status(answer.is_ok())]);
        if events.send(Event::Answered { demand: demand.clone(), answer }).await.is_err() {
            return;
        }
        sleep(pause).await;
    }
}

async fn attempt(fetcher: Option<&dyn Fetcher>, demand: &Demand) -> Result<(AnyObject, Duration), Failure> {
    let lasting = |why: String| Failure { why, may_pass: false };
    let fetcher = fetcher.ok_or_else(|| lasting("this control plane has no means to get it".to_owned()))?;
    let answer = fetcher.fetch(demand).await;
    let answer = answer.map_err(|error| Failure { why: chain(&error), may_pass: error.is_retryable() })?;
    let fact = demand.read(&answer.document).map_err(lasting)?;
    Ok((fact, answer.fresh_for))
}
