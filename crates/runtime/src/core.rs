//! The synchronous core: one event in, everything that must happen out.

use std::collections::{BTreeMap, BTreeSet};

use eg_diag::ObjectRef;
use eg_gatewayapi_translator::{Panic, Runs, Session, Settings, Translation, TranslationDelta, Translator};
use eg_ir::{IrKey, XdsIr};
use eg_resources::{
    AnyObject, Batch, Change, Clock, Delta, Object, Observed, Snapshot, SourceId, StatusUpdate, Store,
};
use eg_xds_translator::{Answer, QuestionKey, XdsModel, XdsTranslator};

use crate::{
    Effects, Publication,
    explain::{Explanation, Request, explain},
    gate::{Gate, Passage},
};
use outcome::Outcomes;

mod demand;
mod event;
mod judgement;
mod outcome;
mod verify;
mod wanted;

pub use event::Event;
pub use judgement::Judgement;
pub use verify::Difference;

/// The name of the source that owns facts. It orders before every source of objects that is named in letters.
const FACTS: &str = "!facts";

/// The state of a control plane and how it goes on. No tasks, no clock, no I/O.
#[derive(Debug)]
pub struct Core {
    store: Store,
    translator: Translator,
    session: Session,
    emitter: XdsTranslator,
    fleets: BTreeMap<IrKey, eg_xds_translator::Session>,
    ready_ports: BTreeMap<IrKey, u16>,
    /// What emission found.
    outcomes: Outcomes,
    /// A configuration that is not in force yet.
    configured: Option<Settings>,
    /// What ran in the last step.
    runs: Runs,
    /// Sources whose first batch is still to come; until then nothing is translated.
    awaited: BTreeSet<SourceId>,
    started: bool,
    /// Whether every step is compared with starting over.
    verify: bool,
    /// Answers of stages that came with this step.
    staged: Answers,
    gate: Gate,
    /// Facts that answer what nobody demands any more; they go with the next step.
    stale: Vec<Change>,
}

/// Answers of stages by fleet.
type Answers = BTreeMap<IrKey, Vec<(QuestionKey, Result<Answer, String>)>>;

impl Core {
    /// A core that waits for the first batches of these sources.
    pub fn new(settings: Settings, sources: impl IntoIterator<Item = SourceId>) -> Self {
        Self::with_emitter(settings, XdsTranslator::default(), sources)
    }

    /// The same with an xDS translator of one's own, for further features.
    pub fn with_emitter(
        settings: Settings,
        emitter: XdsTranslator,
        sources: impl IntoIterator<Item = SourceId>,
    ) -> Self {
        Self::with_translators(Translator::new(settings), emitter, sources)
    }

    /// The same with both translators of one's own. Another configuration keeps their features.
    pub fn with_translators(
        translator: Translator,
        emitter: XdsTranslator,
        sources: impl IntoIterator<Item = SourceId>,
    ) -> Self {
        Self {
            store: Store::new(),
            session: translator.session(),
            translator,
            emitter,
            fleets: BTreeMap::new(),
            ready_ports: BTreeMap::new(),
            outcomes: Outcomes::default(),
            configured: None,
            runs: Runs::default(),
            awaited: sources.into_iter().collect(),
            started: false,
            verify: false,
            staged: Answers::new(),
            gate: Gate::default(),
            stale: Vec::new(),
        }
    }

    /// Compares every step with translation and emission from scratch, which costs as much as starting over each time.
    ///
    /// A difference is a bug of this project: [`Effects::differences`] tells of it, and what starting over gives is put
    /// into force.
    #[must_use]
    pub fn verifying(mut self, verify: bool) -> Self {
        self.verify = verify;
        self
    }

    /// Takes what happened, as one change.
    pub fn step(&mut self, events: impl IntoIterator<Item = Event>) -> Effects {
        let mut batches: Vec<(SourceId, Batch)> =
            std::mem::take(&mut self.stale).into_iter().map(fact).collect();
        let mut re_emit = BTreeSet::new();
        let mut give_up = false;
        let mut judgements = Vec::new();
        self.runs = Runs::default();
        for event in events {
            match event {
                Event::Batch { source, batch } => {
                    if matches!(batch, Batch::Replace(_)) {
                        self.awaited.remove(&source);
                    }
                    batches.push((source, batch));
                }
                Event::Observed { fleet, observed } => batches.push(fact(observed_change(&fleet, observed))),
                Event::Tick(seconds) => {
                    batches.push(fact(Change::Upsert(AnyObject::new(Clock::at(seconds)))));
                }
                Event::ReadyPort { fleet, port } => {
                    if self.ready_ports.insert(fleet.clone(), port) != Some(port) {
                        re_emit.insert(fleet);
                    }
                }
                Event::Staged { fleet, question, answer } => {
                    self.gate.answered(&fleet, &question);
                    self.staged.entry(fleet).or_default().push((question, answer));
                }
                Event::Answered { demand, answer } => {
                    batches.extend(
                        demand::change(self.session.current(), &self.store.snapshot(), &demand, answer)
                            .map(fact),
                    );
                }
                Event::StopWaiting => give_up = true,
                Event::Judged(judgement) => judgements.push(judgement),
                Event::Configure(new) => self.configured = Some(*new),
            }
        }
        let delta = self.store.apply_all(batches);
        let mut effects = Effects { rejected: delta.rejected.clone(), ..Effects::default() };
        if !self.awaited.is_empty() {
            return effects;
        }
        self.take_judgements(judgements, &mut effects);
        self.translate(&delta, re_emit, &mut effects);
        // Starting over knows no last good value of what panicked.
        if self.verify && !self.outcomes.any_fails() {
            self.verify(&mut effects);
        }
        effects.wake_at = self.session.next_deadline();
        let answered =
            self.gate.is_open() || demand::is_answered(self.session.current(), &self.store.snapshot());
        match self.gate.decide(&effects, answered, give_up) {
            Passage::Pass => {}
            Passage::Hold => effects.withhold(),
            Passage::Release => self.release(&mut effects),
        }
        effects
    }

    /// Makes the effects those of a first step.
    fn release(&self, effects: &mut Effects) {
        effects.withhold();
        let models = self.fleets.iter().map(|(fleet, session)| (fleet.clone(), session.model().as_delta()));
        effects.publish = models.map(|(fleet, delta)| Publication { fleet, delta }).collect();
        let infra = &self.session.current().infra;
        effects.apply = infra.iter().map(|(fleet, infra)| (fleet.clone(), infra.clone())).collect();
        effects.statuses = self.statuses();
    }

    /// Translation, emission, and the statuses that follow from both.
    fn translate(&mut self, delta: &Delta, re_emit: BTreeSet<IrKey>, effects: &mut Effects) {
        let changed = self.lower(delta);
        self.carry_out(changed, re_emit, effects);
    }

    /// Emits the fleets that differ, and these, and says what else must happen.
    fn carry_out(
        &mut self,
        mut changed: TranslationDelta,
        mut re_emit: BTreeSet<IrKey>,
        effects: &mut Effects,
    ) {
        re_emit.extend(changed.xds.iter().cloned());
        for fleet in re_emit {
            self.emit(fleet, effects);
        }
        self.take_answers(effects);
        changed.statuses.extend(self.learn());
        for fleet in changed.infra {
            match self.session.current().infra.get(&fleet) {
                Some(infra) => effects.apply.push((fleet, infra.clone())),
                None => effects.delete.push(fleet),
            }
        }
        for demand in changed.demands {
            if self.session.current().demands.contains(&demand) {
                effects.demand.push(demand);
            } else {
                self.stale.push(Change::Remove(demand.fact()));
                effects.undemand.push(demand);
            }
        }
        let snapshot = self.store.snapshot();
        for object in changed.statuses {
            effects.statuses.extend(self.status(&snapshot, object));
        }
    }

    /// Serves what stages answered.
    fn take_answers(&mut self, effects: &mut Effects) {
        for (fleet, answers) in std::mem::take(&mut self.staged) {
            let Some(session) = self.fleets.get_mut(&fleet) else { continue };
            let delta = session.answer(answers);
            self.outcomes.note(&fleet, &delta);
            let delta = effects.take_questions(&fleet, delta);
            if !delta.is_empty() {
                effects.publish.push(Publication { fleet, delta });
            }
        }
    }

    /// Brings the translation up to date with the store and the configuration.
    fn lower(&mut self, delta: &Delta) -> TranslationDelta {
        let snapshot = self.store.snapshot();
        let configured = self.configured.take();
        let before = configured.map(|settings| {
            self.translator = self.translator.with_settings(settings);
            std::mem::replace(&mut self.session, self.translator.session()).current().clone()
        });
        let everything = before.is_some() || !self.started;
        self.started = true;
        let changed = if everything {
            self.update(&snapshot, &snapshot.as_delta())
        } else {
            self.update(&snapshot, delta)
        };
        self.outcomes.note_panics(&self.runs.panics, delta, &snapshot);
        before.map_or(changed, |before| difference(&before, self.session.current()))
    }

    /// Puts what emission found into the store, and returns whose statuses it changes.
    fn learn(&mut self) -> BTreeSet<ObjectRef> {
        let facts = self.outcomes.changes();
        if facts.is_empty() {
            return BTreeSet::new();
        }
        let delta = self.store.apply_all([(SourceId::new(FACTS), Batch::Changes(facts))]);
        let changed = self.update(&self.store.snapshot(), &delta);
        debug_assert!(changed.xds.is_empty() && changed.infra.is_empty(), "outcomes change statuses alone");
        changed.statuses
    }

    fn update(&mut self, snapshot: &Snapshot, delta: &Delta) -> TranslationDelta {
        let changed = self.session.update(snapshot, delta);
        let Runs { units, reads, panics } = self.session.runs();
        for (unit, count) in units {
            *self.runs.units.entry(unit).or_default() += count;
        }
        self.runs.reads += reads;
        self.runs.panics.extend(panics);
        changed
    }

    /// Emits a fleet anew; the emitter finds what differs.
    fn emit(&mut self, fleet: IrKey, effects: &mut Effects) {
        let Some(ir) = self.session.current().xds.get(&fleet) else {
            if self.fleets.remove(&fleet).is_some() {
                self.ready_ports.remove(&fleet);
                self.outcomes.forget(&fleet);
                effects.withdraw.push(fleet);
            }
            return;
        };
        let ir = with_ready_port(ir.clone(), self.ready_ports.get(&fleet).copied());
        let emitter = &self.emitter;
        let is_new = !self.fleets.contains_key(&fleet);
        let session = self.fleets.entry(fleet.clone()).or_insert_with(|| emitter.session());
        let delta = session.update(&ir);
        self.outcomes.note(&fleet, &delta);
        let delta = effects.take_questions(&fleet, delta);
        if is_new || !delta.is_empty() {
            effects.publish.push(Publication { fleet, delta });
        }
    }

    /// The current translation.
    pub fn translation(&self) -> &Translation {
        self.session.current()
    }

    /// What the proxies of a fleet were told.
    pub fn model(&self, fleet: &IrKey) -> Option<&XdsModel> {
        self.fleets.get(fleet).map(eg_xds_translator::Session::model)
    }

    /// How many parts of a fleet's configuration its proxies refused and are replaced.
    pub fn quarantined(&self, fleet: &IrKey) -> usize {
        self.fleets.get(fleet).map_or(0, eg_xds_translator::Session::quarantined)
    }

    /// What becomes of a request, and what does not serve it.
    pub fn explain(&self, request: &Request) -> Explanation {
        explain(self.session.current(), &self.store.snapshot(), request)
    }

    /// The objects and facts.
    pub fn snapshot(&self) -> Snapshot {
        self.store.snapshot()
    }

    /// Every status as it should be, for a sink that has just become the leader.
    pub fn statuses(&self) -> Vec<StatusUpdate> {
        self.session.current().statuses.values().cloned().collect()
    }

    /// Which units ran in the last step.
    pub fn runs(&self) -> Runs {
        self.runs.clone()
    }

    /// The panics that were caught in the last step.
    pub fn panics(&self) -> Vec<Panic> {
        self.runs.panics.clone()
    }

    /// Whether every source delivered its first batch, and what follows from it is known.
    pub fn is_complete(&self) -> bool {
        self.awaited.is_empty() && self.gate.is_open()
    }

    /// Whether only answers are missing to be complete. After a while, the shell sends [`Event::StopWaiting`].
    pub fn awaits_answers(&self) -> bool {
        self.awaited.is_empty() && !self.gate.is_open()
    }
}

fn fact(change: Change) -> (SourceId, Batch) {
    (SourceId::new(FACTS), Batch::Changes(vec![change]))
}

fn observed_change(fleet: &IrKey, observed: Option<(Vec<String>, u32)>) -> Change {
    match observed {
        Some((addresses, ready)) => {
            Change::Upsert(AnyObject::new(Observed::fleet(fleet.as_str(), addresses, ready)))
        }
        None => Change::Remove(ObjectRef::new(Observed::KIND, "", fleet.as_str())),
    }
}

/// The same IR with the ready listener where the platform wants it.
fn with_ready_port(mut ir: XdsIr, port: Option<u16>) -> XdsIr {
    if let (Some(port), Some(ready)) = (port, &ir.globals.ready)
        && ready.port != port
    {
        let ready = eg_ir::ReadyListener { port, ..ready.clone() };
        ir.globals = eg_ir::Globals { ready: Some(ready) }.into();
    }
    ir
}

/// What differs between two translations that were made independently.
fn difference(before: &Translation, after: &Translation) -> TranslationDelta {
    let mut delta = TranslationDelta::default();
    let keys = |a: &Translation, b: &Translation| -> BTreeSet<IrKey> {
        a.xds.keys().chain(b.xds.keys()).cloned().collect()
    };
    for key in keys(before, after) {
        if before.xds.get(&key) != after.xds.get(&key) {
            delta.xds.insert(key.clone());
        }
        if before.infra.get(&key) != after.infra.get(&key) {
            delta.infra.insert(key);
        }
    }
    let demands = before.demands.iter().chain(&after.demands);
    delta.demands = demands
        .filter(|demand| before.demands.contains(*demand) != after.demands.contains(*demand))
        .cloned()
        .collect();
    for object in before.statuses.keys().chain(after.statuses.keys()) {
        if before.statuses.get(object) != after.statuses.get(object) {
            delta.statuses.insert(object.clone());
        }
    }
    delta
}
