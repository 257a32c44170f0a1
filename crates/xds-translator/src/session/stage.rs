//! Slices as stages want them: questions, answers, and what is served meanwhile.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use bytes::Bytes;
use eg_diag::{Diagnostic, FieldPath};
use eg_ir::{Name, Origin};

use super::{Session, patch::Target};
use crate::{
    Finding, ModelDelta, NodePath, ResourceType,
    pack::{Packed, Shared, Version},
    route::{EmittedHost, ServedHost, pack_table, refusing_host},
    stage::{Answer, Question, QuestionKey, Replacement, STAGE_FAILED, SliceKind, Stage},
};

/// A virtual host: table and domain.
type HostPlace = (Name, Name);

/// Where a slice is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Place {
    Host(HostPlace),
    Resource(Target),
}

/// What is known of the stages' answers.
#[derive(Debug, Default)]
pub(super) struct Staging {
    questions: Questions,
    hosts: BTreeMap<HostPlace, Staged<ServedHost>>,
    resources: BTreeMap<Target, StagedResource>,
}

/// Questions and who waits for their answers, or uses them.
#[derive(Debug, Default)]
struct Questions(BTreeMap<QuestionKey, Asked>);

#[derive(Debug, Default)]
struct Asked {
    outcome: Option<Result<Answer, String>>,
    users: BTreeSet<Place>,
}

/// What stages have to do with a slice.
#[derive(Debug)]
struct Staged<F> {
    /// The questions about its content, in the order of the stages.
    keys: Vec<QuestionKey>,
    /// The form in which it was served last when all stages had had their say.
    settled: Option<F>,
    /// Whether some stage still has to have its say about what it is now.
    waits: bool,
}

/// A resource of its own that stages see.
#[derive(Debug)]
struct StagedResource {
    /// As it was emitted.
    emitted: Shared,
    staged: Staged<Shared>,
}

/// A slice in one of its forms.
trait Form: Clone {
    /// The form as a message.
    fn message(&self) -> Bytes;

    /// What a stage wants in its place.
    fn replaced(&self, replacement: &Replacement) -> Self;
}

impl Form for ServedHost {
    fn message(&self) -> Bytes {
        Self::message(self)
    }

    fn replaced(&self, replacement: &Replacement) -> Self {
        Self::replaced(replacement)
    }
}

impl Form for Shared {
    fn message(&self) -> Bytes {
        self.body.clone()
    }

    fn replaced(&self, Replacement { message, large_body: _ }: &Replacement) -> Self {
        let origins = self.origins.clone();
        Self::new(Packed { version: Version::of(message), body: message.clone(), origins })
    }
}

impl<F> Default for Staged<F> {
    fn default() -> Self {
        Self { keys: Vec::new(), settled: None, waits: false }
    }
}

/// What came of the stages.
struct Verdict<F> {
    outcome: Said<F>,
    /// Which stage failed, and why.
    failure: Option<String>,
}

enum Said<F> {
    /// All stages had their say.
    Settled(F),
    /// A stage did not answer yet; what there is may be served.
    Open(F),
    /// A stage did not answer, and nothing may be served before it does.
    Closed,
}

impl<F: Form> Staged<F> {
    /// The form to serve; none where nothing may be served yet. And why a stage failed.
    fn take(&mut self, Verdict { outcome, failure }: Verdict<F>) -> (Option<F>, Option<Diagnostic>) {
        self.waits = !matches!(outcome, Said::Settled(_));
        let served = match outcome {
            Said::Settled(form) => Some(self.settled.insert(form).clone()),
            Said::Open(form) => Some(self.settled.clone().unwrap_or(form)),
            Said::Closed => self.settled.clone(),
        };
        let failure = failure.map(|message| Diagnostic::new(&STAGE_FAILED, FieldPath::root(), message));
        (served, failure)
    }
}

/// The stages that want to see slices of a kind.
fn wanting(stages: &[Arc<dyn Stage>], kind: SliceKind) -> Vec<&dyn Stage> {
    stages.iter().filter(|stage| stage.wants(kind)).map(|stage| &**stage).collect()
}

impl Questions {
    /// Shows a slice to the stages, as far as they answered, and asks what was not asked before.
    fn consult<F: Form>(
        &mut self,
        (stages, kind): (&[&dyn Stage], SliceKind),
        (place, origin): (&Place, &Origin),
        (mut form, keys): (F, &mut Vec<QuestionKey>),
        delta: &mut ModelDelta,
    ) -> Verdict<F> {
        let mut failure = None;
        for (index, stage) in stages.iter().enumerate() {
            let slice = form.message();
            let key = QuestionKey { stage: stage.name().into(), kind, content: Version::of(&slice) };
            keys.push(key.clone());
            match self.outcome(&key, place, (slice, origin), delta) {
                Some(Ok(Answer(None))) => {}
                Some(Ok(Answer(Some(replacement)))) => form = form.replaced(&replacement),
                Some(Err(reason)) => {
                    failure = Some(format!("the stage `{}` failed: {reason}", stage.name()));
                    if !stage.fails_open() {
                        return Verdict { outcome: Said::Closed, failure };
                    }
                }
                None => {
                    let open = stages.iter().skip(index).all(|stage| stage.fails_open());
                    let outcome = if open { Said::Open(form) } else { Said::Closed };
                    return Verdict { outcome, failure };
                }
            }
        }
        Verdict { outcome: Said::Settled(form), failure }
    }

    /// What came of a question; one that is new is asked.
    fn outcome(
        &mut self,
        key: &QuestionKey,
        place: &Place,
        (slice, origin): (Bytes, &Origin),
        delta: &mut ModelDelta,
    ) -> Option<Result<Answer, String>> {
        let asked = self.0.entry(key.clone()).or_insert_with(|| {
            delta.asked.push(Question { key: key.clone(), slice, origin: origin.clone() });
            Asked::default()
        });
        asked.users.insert(place.clone());
        asked.outcome.clone()
    }

    /// A slice that had the old questions has the new ones.
    fn release(&mut self, place: &Place, old: Vec<QuestionKey>, new: &[QuestionKey], delta: &mut ModelDelta) {
        for key in old.into_iter().filter(|key| !new.contains(key)) {
            let Some(asked) = self.0.get_mut(&key) else { continue };
            asked.users.remove(place);
            if !asked.users.is_empty() {
                continue;
            }
            // One that was raised a moment ago need not be asked at all.
            let raised = asked.outcome.is_none().then(|| delta.asked.iter().position(|new| new.key == key));
            match raised.flatten() {
                Some(at) => drop(delta.asked.remove(at)),
                None => delta.forgotten.push(key.clone()),
            }
            self.0.remove(&key);
        }
    }
}

impl Staging {
    /// The same answers, and the forms that were served last, which nobody uses yet.
    pub(super) fn without_users(&self) -> Self {
        let questions = self.questions.0.iter().map(|(key, asked)| {
            let outcome = asked.outcome.clone();
            (key.clone(), Asked { outcome, users: BTreeSet::new() })
        });
        let hosts = self.hosts.iter().map(|(place, host)| {
            let settled = host.settled.clone();
            (place.clone(), Staged { settled, ..Staged::default() })
        });
        let resources = self.resources.iter().map(|(target, StagedResource { emitted, staged })| {
            let staged = Staged { settled: staged.settled.clone(), ..Staged::default() };
            (target.clone(), StagedResource { emitted: Arc::clone(emitted), staged })
        });
        let (hosts, resources) = (hosts.collect(), resources.collect());
        Self { questions: Questions(questions.collect()), hosts, resources }
    }

    /// Forgets what nobody uses, and returns the questions among it.
    pub(super) fn forget_unused(&mut self) -> Vec<QuestionKey> {
        self.hosts.retain(|_, host| !host.keys.is_empty());
        self.resources.retain(|_, resource| !resource.staged.keys.is_empty());
        let unused = self.questions.0.extract_if(.., |_, asked| asked.users.is_empty());
        unused.map(|(key, _)| key).collect()
    }

    /// Shows a virtual host to the stages; nothing where they have no say.
    fn host(
        &mut self,
        stages: &[Arc<dyn Stage>],
        at: &HostPlace,
        host: &EmittedHost,
        delta: &mut ModelDelta,
    ) -> Option<(ServedHost, Option<Diagnostic>)> {
        let stages = wanting(stages, SliceKind::VirtualHost);
        if stages.is_empty() || host.diagnostic.is_some() {
            self.release_host(at, delta);
            return None;
        }
        let (place, mut keys) = (Place::Host(at.clone()), Vec::new());
        let form = (host.emitted().clone(), &mut keys);
        let asked = (&stages[..], SliceKind::VirtualHost);
        let verdict = self.questions.consult(asked, (&place, &host.origin), form, delta);
        let known = self.hosts.entry(at.clone()).or_default();
        let old = std::mem::replace(&mut known.keys, keys);
        self.questions.release(&place, old, &known.keys, delta);
        let (served, failure) = known.take(verdict);
        Some((served.unwrap_or_else(|| refusing_host(host)), failure))
    }

    fn release_host(&mut self, at: &HostPlace, delta: &mut ModelDelta) {
        if let Some(host) = self.hosts.remove(at) {
            self.questions.release(&Place::Host(at.clone()), host.keys, &[], delta);
        }
    }

    /// Shows a resource of its own to the stages.
    fn resource(
        &mut self,
        (stages, kind): (&[&dyn Stage], SliceKind),
        target: &Target,
        emitted: Shared,
        delta: &mut ModelDelta,
    ) -> (Option<Shared>, Option<Diagnostic>) {
        let (place, mut keys) = (Place::Resource(target.clone()), Vec::new());
        let origin = emitted.origins.whole().first().cloned().unwrap_or_default();
        let form = (Arc::clone(&emitted), &mut keys);
        let verdict = self.questions.consult((stages, kind), (&place, &origin), form, delta);
        let known = self.resources.entry(target.clone());
        let known = known
            .or_insert_with(|| StagedResource { emitted: Arc::clone(&emitted), staged: Staged::default() });
        known.emitted = emitted;
        let old = std::mem::replace(&mut known.staged.keys, keys);
        self.questions.release(&place, old, &known.staged.keys, delta);
        known.staged.take(verdict)
    }

    /// A resource is gone.
    pub(super) fn release_resource(&mut self, target: &Target, delta: &mut ModelDelta) {
        if let Some(resource) = self.resources.remove(target) {
            let place = Place::Resource(target.clone());
            self.questions.release(&place, resource.staged.keys, &[], delta);
        }
    }
}

impl Session {
    /// Takes answers of stages, or why there are none. Answers to questions that are not asked any more change nothing.
    pub fn answer(
        &mut self,
        answers: impl IntoIterator<Item = (QuestionKey, Result<Answer, String>)>,
    ) -> ModelDelta {
        let mut delta = ModelDelta::default();
        let mut tables: BTreeMap<Name, BTreeSet<Name>> = BTreeMap::new();
        let mut resources: BTreeSet<Target> = BTreeSet::new();
        for (key, outcome) in answers {
            let Some(asked) = self.staging.questions.0.get_mut(&key) else { continue };
            // What was known stays known: a server that fails later takes nothing back.
            if matches!(asked.outcome, Some(Ok(_))) || asked.outcome.as_ref() == Some(&outcome) {
                continue;
            }
            asked.outcome = Some(outcome);
            for place in &asked.users {
                match place {
                    Place::Host((table, domain)) => {
                        tables.entry(table.clone()).or_default().insert(domain.clone());
                    }
                    Place::Resource(target) => drop(resources.insert(target.clone())),
                }
            }
        }
        for (table, domains) in &tables {
            self.restage(table, domains, &mut delta);
        }
        for target in resources {
            let emitted = self.staging.resources.get(&target).map(|staged| Arc::clone(&staged.emitted));
            if let Some(emitted) = emitted {
                self.publish_staged(&target, emitted, &mut delta);
            }
        }
        self.apply_patches(&mut delta);
        for (table, _) in tables {
            self.resume(&(ResourceType::Route, table), &mut delta);
        }
        delta
    }

    /// Publishes a resource in the form that stages want.
    pub(super) fn publish_staged(&mut self, target: &Target, emitted: Shared, delta: &mut ModelDelta) {
        let node = NodePath::resource(target.0, target.1.clone());
        let origins = emitted.origins.whole().to_vec();
        let stages = Arc::clone(&self.translator.stages);
        let kind = self.slice_kind(target);
        let wanting =
            kind.map(|kind| (wanting(&stages, kind), kind)).filter(|(stages, _)| !stages.is_empty());
        let (form, failure) = if let Some((stages, kind)) = wanting {
            self.staging.resource((&stages, kind), target, emitted, delta)
        } else {
            self.staging.release_resource(target, delta);
            (Some(emitted), None)
        };
        let refusal = form.and_then(|form| self.publish_packed(target, form, delta));
        let finding = refusal.or(failure).map(|diagnostic| Finding::new(node.clone(), &origins, diagnostic));
        self.model.find(&node, finding, delta);
    }

    /// As what stages may see a resource.
    fn slice_kind(&self, (resource_type, name): &Target) -> Option<SliceKind> {
        if *resource_type != ResourceType::Listener || self.translator.stages.is_empty() {
            return None;
        }
        let listener = self.ir.listeners.get(name)?;
        let is_http = listener.http.is_some() || !listener.tls_chains.is_empty();
        is_http.then_some(SliceKind::HttpListener)
    }

    /// Whether what stages say of some virtual host of a table is awaited.
    pub(super) fn awaits_stages(&self, table: &Name) -> bool {
        let first = (table.clone(), Name::default());
        let mut hosts = self.staging.hosts.range(first..).take_while(|((of, _), _)| of == table);
        hosts.any(|(_, host)| host.waits)
    }

    /// Shows virtual hosts that did not change to the stages again.
    fn restage(&mut self, table: &Name, domains: &BTreeSet<Name>, delta: &mut ModelDelta) {
        let Some(mut hosts) = self.tables.get(table).cloned() else { return };
        for domain in domains {
            let Some(host) = hosts.get(domain).cloned() else { continue };
            let node = NodePath {
                domain: Some(domain.clone()),
                ..NodePath::resource(ResourceType::Route, table.clone())
            };
            let host = self.staged(&node, EmittedHost::clone(&host), delta);
            hosts.insert(domain.clone(), Arc::new(host));
        }
        let packed = Arc::new(pack_table(table, hosts));
        self.tables.insert(table.clone(), packed.origins.hosts().cloned().unwrap_or_default());
        self.place(ResourceType::Route, table, Some(packed), delta);
    }

    /// The virtual host as it is served, with what there is to say about it.
    pub(super) fn staged(
        &mut self,
        node: &NodePath,
        mut host: EmittedHost,
        delta: &mut ModelDelta,
    ) -> EmittedHost {
        let place = (node.resource.clone(), host.domain.clone());
        let staged = self.staging.host(&self.translator.stages, &place, &host, delta);
        let (served, failure) = match staged {
            Some((served, failure)) => (Some(served), failure),
            None => (None, None),
        };
        host.served = served.map(Box::new);
        let diagnostic = host.diagnostic.as_deref().cloned().or(failure);
        self.find_host(node, &host.origin, diagnostic, delta);
        host
    }

    /// The virtual host is gone.
    pub(super) fn unstaged(&mut self, node: &NodePath, host: &EmittedHost, delta: &mut ModelDelta) {
        self.staging.release_host(&(node.resource.clone(), host.domain.clone()), delta);
    }
}
