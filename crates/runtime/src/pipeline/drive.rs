//! The task that owns the core.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};

use eg_telemetry::Metrics;
use eg_xds_server::MemoryStore;
use tokio::{
    sync::{mpsc, watch},
    time::{Instant, sleep_until},
};

use super::{clock, fetch, infra, measure, publish, stage, status};
use crate::{Core, Effects, Event, ExtensionServer};

/// The longest time for which changes are gathered while they never stop.
const LONGEST_WINDOW: Duration = Duration::from_millis(100);
/// The time for which changes are gathered after one that came out of the blue.
const SHORTEST_WINDOW: Duration = Duration::from_millis(2);

/// The time for which the first state waits for answers.
const PATIENCE: Duration = Duration::from_secs(10);

/// Where the effects of a step go.
pub(super) struct Outputs {
    pub(super) store: Arc<MemoryStore>,
    pub(super) statuses: status::Statuses,
    pub(super) infra: Option<mpsc::UnboundedSender<infra::Wish>>,
    /// Those who ask stages, if there are any.
    pub(super) stages: Option<mpsc::UnboundedSender<stage::Wish>>,
    /// Those who answer demands.
    pub(super) fetches: mpsc::UnboundedSender<fetch::Wish>,
    pub(super) extensions: Vec<ExtensionServer>,
    pub(super) complete: watch::Sender<bool>,
    pub(super) differences: Arc<AtomicU64>,
    /// Whether the core wants to hear what proxies accept.
    pub(super) searching: Arc<AtomicBool>,
    pub(super) metrics: Metrics,
}

/// Drives the core until it is told to stop or nobody can send events any more.
///
/// The first event after a pause is taken at once; those that follow closely are gathered, for longer and longer while
/// they keep coming.
pub(super) async fn run(
    mut core: Core,
    mut inbox: mpsc::Receiver<Event>,
    outputs: Outputs,
    mut stopped: watch::Receiver<bool>,
) {
    let mut window = SHORTEST_WINDOW;
    let mut wake_at = None;
    let mut give_up_at = None;
    loop {
        let first = tokio::select! {
            event = inbox.recv() => match event {
                Some(event) => event,
                None => return,
            },
            () = clock::until(wake_at) => Event::Tick(clock::now()),
            () = patience(give_up_at) => Event::StopWaiting,
            _ = stopped.wait_for(|stopped| *stopped) => return,
        };
        let mut events = vec![first];
        while let Ok(event) = inbox.try_recv() {
            events.push(event);
        }
        let began = Instant::now();
        measure::taken(&outputs.metrics, &events);
        let effects = core.step(events);
        wake_at = effects.wake_at;
        report(&core, &effects);
        measure::step(&outputs.metrics, &core, &effects);
        let (metrics, withdrawn) = (outputs.metrics.clone(), effects.withdraw.clone());
        outputs.take(&core, effects);
        measure::done(&metrics, &withdrawn, began.elapsed(), inbox.len());
        give_up_at = core.awaits_answers().then(|| give_up_at.unwrap_or_else(|| Instant::now() + PATIENCE));
        // Events that came meanwhile are taken together; the window grows while they keep coming.
        if inbox.is_empty() {
            window = SHORTEST_WINDOW;
        } else {
            sleep_until(began + window).await;
            window = (window * 2).min(LONGEST_WINDOW);
        }
    }
}

/// Resolves at this time; never without one.
async fn patience(until: Option<Instant>) {
    match until {
        Some(until) => sleep_until(until).await,
        None => std::future::pending().await,
    }
}

impl Outputs {
    /// Passes on what must be asked, with the certificates that it takes.
    fn ask(&self, core: &Core, effects: &mut Effects) {
        for extension in &self.extensions {
            extension.look_for_certificates(&core.snapshot());
        }
        let dropped = effects.undemand.drain(..).map(fetch::Wish::Drop);
        for wish in dropped.chain(effects.demand.drain(..).map(fetch::Wish::Answer)) {
            let _ended = self.fetches.send(wish);
        }
        let Some(stages) = &self.stages else { return };
        let withdrawn = effects.withdraw.iter().cloned().map(stage::Wish::ForgetFleet);
        let forgotten = effects.forget.drain(..).map(|(fleet, key)| stage::Wish::Forget(fleet, key));
        let asked = effects.ask.drain(..).map(|(fleet, question)| stage::Wish::Ask(fleet, question));
        for wish in withdrawn.chain(forgotten).chain(asked) {
            let _ended = stages.send(wish);
        }
    }

    fn take(&self, core: &Core, mut effects: Effects) {
        let differences = u64::try_from(effects.differences.len()).unwrap_or(u64::MAX);
        self.differences.fetch_add(differences, Ordering::Relaxed);
        self.ask(core, &mut effects);
        // Before proxies can answer what is published now.
        self.searching.store(core.is_searching(), Ordering::Relaxed);
        for publication in effects.publish {
            publish::publish(&self.store, &publication);
        }
        for fleet in &effects.withdraw {
            publish::withdraw(&self.store, fleet);
        }
        if let Some(infra) = &self.infra {
            for (fleet, ir) in effects.apply {
                let proxy =
                    core.translation().effective_proxy.get(&fleet).map(|proxy| Arc::clone(&proxy.spec));
                let _ended = infra.send(infra::Wish::Apply { fleet, ir, proxy });
            }
            for fleet in effects.delete {
                let _ended = infra.send(infra::Wish::Delete(fleet));
            }
            if core.is_complete() && !*self.complete.borrow() {
                let _ended = infra.send(infra::Wish::Complete);
            }
        }
        self.statuses.write(&effects.statuses);
        if core.is_complete() {
            self.complete.send_if_modified(|complete| !std::mem::replace(complete, true));
        }
    }
}

fn report(core: &Core, effects: &Effects) {
    for panic in core.panics() {
        tracing::error!(
            unit = panic.unit,
            object = panic.key,
            "a unit of translation failed: {}",
            panic.message
        );
    }
    for difference in &effects.differences {
        tracing::error!("a session differed from starting over, which was put into force: {difference}");
    }
    for rejected in &effects.rejected {
        tracing::warn!(
            object = %rejected.key,
            source = %rejected.source,
            owner = %rejected.owner,
            "an object of one source is hidden by that of another"
        );
    }
    for publication in &effects.publish {
        for finding in &publication.delta.raised {
            tracing::warn!(
                object = %finding.origin.object,
                fleet = %publication.fleet,
                "the proxies would refuse this: {}",
                finding.diagnostic
            );
        }
    }
}
