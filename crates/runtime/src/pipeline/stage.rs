//! Asking stages.
//!
//! Each question is a task of its own, so that one that hangs holds up no other; after a failure it is asked again with
//! back-off until there is an answer or nobody needs it any more.

use std::{collections::BTreeMap, sync::Arc};

use eg_ir::IrKey;
use eg_telemetry::Metrics;
use eg_xds_translator::{Answer, Question, QuestionKey, Stage, StageError};
use tokio::{
    sync::{Semaphore, mpsc, watch},
    task::JoinSet,
    time::{sleep, timeout},
};

use super::{
    errand::{BackOff, Errands},
    measure,
    source::chain,
};
use crate::Event;

/// Questions that one stage is asked at the same time.
const AT_ONCE: usize = 64;

/// What should be asked.
pub(super) enum Wish {
    /// Ask this.
    Ask(IrKey, Question),
    /// Nobody needs the answer any more.
    Forget(IrKey, QuestionKey),
    /// Nobody needs answers about this fleet any more.
    ForgetFleet(IrKey),
}

/// A stage, and places for those who ask it.
#[derive(Clone)]
struct Asked {
    stage: Arc<dyn Stage>,
    places: Arc<Semaphore>,
    metrics: Metrics,
}

/// Starts the task that asks; none without stages.
pub(super) fn start(
    tasks: &mut JoinSet<()>,
    stages: &[Arc<dyn Stage>],
    metrics: &Metrics,
    events: mpsc::Sender<Event>,
    mut stopped: watch::Receiver<bool>,
) -> Option<mpsc::UnboundedSender<Wish>> {
    if stages.is_empty() {
        return None;
    }
    let asked = |stage: &Arc<dyn Stage>| {
        let places = Arc::new(Semaphore::new(AT_ONCE));
        (stage.name().to_owned(), Asked { stage: Arc::clone(stage), places, metrics: metrics.clone() })
    };
    let stages = stages.iter().map(asked).collect();
    // As long as the number of virtual hosts: the core asks about each once.
    let (wishes, inbox) = mpsc::unbounded_channel();
    tasks.spawn(async move {
        tokio::select! {
            () = run(stages, inbox, events) => {}
            _ = stopped.wait_for(|stopped| *stopped) => {}
        }
    });
    Some(wishes)
}

async fn run(
    stages: BTreeMap<String, Asked>,
    mut inbox: mpsc::UnboundedReceiver<Wish>,
    events: mpsc::Sender<Event>,
) {
    let mut errands: Errands<(IrKey, QuestionKey)> = Errands::new();
    loop {
        tokio::select! {
            wish = inbox.recv() => match wish {
                None => return,
                Some(Wish::Ask(fleet, question)) => {
                    let Some(asked) = stages.get(&*question.key.stage).cloned() else { continue };
                    let key = (fleet.clone(), question.key.clone());
                    errands.start(key, ask(asked, fleet, question, events.clone()));
                }
                Some(Wish::Forget(fleet, key)) => errands.end(&(fleet, key)),
                Some(Wish::ForgetFleet(fleet)) => errands.retain(|(of, _)| *of != fleet),
            },
            () = errands.reap() => {}
        }
    }
}

/// Asks until there is an answer; the core hears of each failure.
async fn ask(asked: Asked, fleet: IrKey, question: Question, events: mpsc::Sender<Event>) {
    let mut back_off = BackOff::new();
    loop {
        let answer = attempt(&asked, &question).await;
        let answered = answer.is_ok();
        asked.metrics.stage_answers.count([asked.stage.name(), measure::status(answered)]);
        let answer = answer.map_err(|error| chain(&error));
        if let Err(reason) = &answer {
            let stage = asked.stage.name();
            tracing::warn!(fleet = %fleet, object = %question.origin.object, "the stage `{stage}` failed: {reason}");
        }
        let event = Event::Staged { fleet: fleet.clone(), question: question.key.clone(), answer };
        if events.send(event).await.is_err() || answered {
            return;
        }
        sleep(back_off.next()).await;
    }
}

async fn attempt(asked: &Asked, question: &Question) -> Result<Answer, StageError> {
    let limit = asked.stage.time_limit();
    let message = timeout(limit, async {
        let _place = asked.places.acquire().await;
        asked.stage.ask(question.clone()).await
    });
    question.accept(message.await.map_err(|_| StageError::TimedOut(limit))??)
}
