//! Asking stages.
//!
//! Each question is a task of its own, so that one that hangs holds up no other; after a failure it is asked again with
//! back-off until there is an answer or nobody needs it any more.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use eg_ir::IrKey;
use eg_xds_translator::{Answer, Question, QuestionKey, Stage, StageError};
use tokio::{
    sync::{Semaphore, mpsc, watch},
    task::{AbortHandle, JoinSet},
    time::{sleep, timeout},
};

use super::source::chain;
use crate::Event;

/// First and longest pause before a question is asked again.
const PAUSE: (Duration, Duration) = (Duration::from_millis(500), Duration::from_secs(30));

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
}

/// Starts the task that asks; none without stages.
pub(super) fn start(
    tasks: &mut JoinSet<()>,
    stages: &[Arc<dyn Stage>],
    events: mpsc::Sender<Event>,
    mut stopped: watch::Receiver<bool>,
) -> Option<mpsc::UnboundedSender<Wish>> {
    if stages.is_empty() {
        return None;
    }
    let asked = |stage: &Arc<dyn Stage>| {
        let places = Arc::new(Semaphore::new(AT_ONCE));
        (stage.name().to_owned(), Asked { stage: Arc::clone(stage), places })
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
    let mut tasks = JoinSet::new();
    let mut asking: BTreeMap<(IrKey, QuestionKey), AbortHandle> = BTreeMap::new();
    loop {
        tokio::select! {
            wish = inbox.recv() => match wish {
                None => return,
                Some(Wish::Ask(fleet, question)) => {
                    let Some(asked) = stages.get(&*question.key.stage).cloned() else { continue };
                    let key = (fleet.clone(), question.key.clone());
                    let task = tasks.spawn(ask(asked, fleet, question, events.clone()));
                    if let Some(old) = asking.insert(key, task) {
                        old.abort();
                    }
                }
                Some(Wish::Forget(fleet, key)) => {
                    if let Some(task) = asking.remove(&(fleet, key)) {
                        task.abort();
                    }
                }
                Some(Wish::ForgetFleet(fleet)) => asking.retain(|(of, _), task| {
                    let stays = *of != fleet;
                    if !stays {
                        task.abort();
                    }
                    stays
                }),
            },
            Some(_) = tasks.join_next() => asking.retain(|_, task| !task.is_finished()),
        }
    }
}

/// Asks until there is an answer; the core hears of each failure.
async fn ask(asked: Asked, fleet: IrKey, question: Question, events: mpsc::Sender<Event>) {
    let mut pause = PAUSE.0;
    loop {
        let answer = attempt(&asked, &question).await;
        let answered = answer.is_ok();
        let answer = answer.map_err(|error| chain(&error));
        if let Err(reason) = &answer {
            let stage = asked.stage.name();
            tracing::warn!(fleet = %fleet, object = %question.origin.object, "the stage `{stage}` failed: {reason}");
        }
        let event = Event::Staged { fleet: fleet.clone(), question: question.key.clone(), answer };
        if events.send(event).await.is_err() || answered {
            return;
        }
        // Up to a fifth shorter or longer, so that not all come back at once.
        sleep(pause.mul_f64(0.8 + 0.4 * fastrand::f64())).await;
        pause = (pause * 2).min(PAUSE.1);
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
