//! Virtual hosts as stages want them: questions, answers, and what is served meanwhile.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use bytes::Bytes;
use eg_diag::{Diagnostic, FieldPath};
use eg_ir::Name;

use super::Session;
use crate::{
    ModelDelta, NodePath, ResourceType,
    pack::Version,
    route::{EmittedHost, ServedHost, pack_table, refusing_host},
    stage::{Answer, Question, QuestionKey, STAGE_FAILED, SliceKind, Stage},
};

/// A virtual host: table and domain.
type Place = (Name, Name);

/// What is known of the stages' answers.
#[derive(Debug, Default)]
pub(super) struct Staging {
    questions: BTreeMap<QuestionKey, Asked>,
    hosts: BTreeMap<Place, StagedHost>,
}

/// A question and who waits for its answer, or uses it.
#[derive(Debug, Default)]
struct Asked {
    outcome: Option<Result<Answer, String>>,
    users: BTreeSet<Place>,
}

/// What stages have to do with a virtual host.
#[derive(Debug, Default)]
struct StagedHost {
    /// The questions about its content, in the order of the stages.
    keys: Vec<QuestionKey>,
    /// The form in which it was served last when all stages had had their say.
    settled: Option<ServedHost>,
    /// Whether some stage still has to have its say about what it is now.
    waits: bool,
}

/// What came of the stages.
struct Verdict {
    form: Form,
    /// Which stage failed, and why.
    failure: Option<String>,
}

enum Form {
    /// All stages had their say.
    Settled(ServedHost),
    /// A stage did not answer yet; what there is may be served.
    Open(ServedHost),
    /// A stage did not answer, and nothing may be served before it does.
    Closed,
}

impl Staging {
    /// The same answers, and the forms that were served last, which nobody uses yet.
    pub(super) fn without_users(&self) -> Self {
        let questions = self.questions.iter().map(|(key, asked)| {
            let outcome = asked.outcome.clone();
            (key.clone(), Asked { outcome, users: BTreeSet::new() })
        });
        let hosts = self.hosts.iter().map(|(place, host)| {
            let settled = host.settled.clone();
            (place.clone(), StagedHost { settled, ..StagedHost::default() })
        });
        Self { questions: questions.collect(), hosts: hosts.collect() }
    }

    /// Forgets what nobody uses, and returns the questions among it.
    pub(super) fn forget_unused(&mut self) -> Vec<QuestionKey> {
        self.hosts.retain(|_, host| !host.keys.is_empty());
        let unused = self.questions.extract_if(.., |_, asked| asked.users.is_empty());
        unused.map(|(key, _)| key).collect()
    }

    /// Shows a virtual host to the stages, as far as they answered; asks what was not asked before, and forgets what
    /// nobody needs to know any more.
    fn run(
        &mut self,
        stages: &[Arc<dyn Stage>],
        place: &Place,
        host: &EmittedHost,
        delta: &mut ModelDelta,
    ) -> Option<(ServedHost, Option<Diagnostic>)> {
        let wanting = stages.iter().filter(|stage| stage.wants(SliceKind::VirtualHost));
        let stages: Vec<&dyn Stage> = wanting.map(|stage| &**stage).collect();
        if stages.is_empty() || host.diagnostic.is_some() {
            self.release(place, &[], delta);
            return None;
        }
        let mut keys = Vec::new();
        let verdict = self.consult(&stages, place, host, &mut keys, delta);
        self.release(place, &keys, delta);
        let known = self.hosts.entry(place.clone()).or_default();
        known.waits = !matches!(verdict.form, Form::Settled(_));
        let served = match verdict.form {
            Form::Settled(form) => known.settled.insert(form).clone(),
            Form::Open(form) => known.settled.clone().unwrap_or(form),
            Form::Closed => known.settled.clone().unwrap_or_else(|| refusing_host(host)),
        };
        let failure =
            verdict.failure.map(|message| Diagnostic::new(&STAGE_FAILED, FieldPath::root(), message));
        Some((served, failure))
    }

    fn consult(
        &mut self,
        stages: &[&dyn Stage],
        place: &Place,
        host: &EmittedHost,
        keys: &mut Vec<QuestionKey>,
        delta: &mut ModelDelta,
    ) -> Verdict {
        let (mut form, mut failure) = (host.emitted().clone(), None);
        for (index, stage) in stages.iter().enumerate() {
            let slice = form.message();
            let key = QuestionKey {
                stage: stage.name().into(),
                kind: SliceKind::VirtualHost,
                content: Version::of(&slice),
            };
            keys.push(key.clone());
            match self.outcome(&key, place, || (slice, host), delta) {
                Some(Ok(Answer(None))) => {}
                Some(Ok(Answer(Some(replacement)))) => form = ServedHost::replaced(&replacement),
                Some(Err(reason)) => {
                    failure = Some(format!("the stage `{}` failed: {reason}", stage.name()));
                    if !stage.fails_open() {
                        return Verdict { form: Form::Closed, failure };
                    }
                }
                None => {
                    let open = stages.iter().skip(index).all(|stage| stage.fails_open());
                    let form = if open { Form::Open(form) } else { Form::Closed };
                    return Verdict { form, failure };
                }
            }
        }
        Verdict { form: Form::Settled(form), failure }
    }

    /// What came of a question; one that is new is asked.
    fn outcome<'h>(
        &mut self,
        key: &QuestionKey,
        place: &Place,
        about: impl FnOnce() -> (Bytes, &'h EmittedHost),
        delta: &mut ModelDelta,
    ) -> Option<Result<Answer, String>> {
        let asked = self.questions.entry(key.clone()).or_insert_with(|| {
            let (slice, host) = about();
            delta.asked.push(Question { key: key.clone(), slice, origin: host.origin.clone() });
            Asked::default()
        });
        asked.users.insert(place.clone());
        asked.outcome.clone()
    }

    /// A virtual host has these questions and no others.
    fn release(&mut self, place: &Place, keys: &[QuestionKey], delta: &mut ModelDelta) {
        let old = if keys.is_empty() {
            self.hosts.remove(place).map(|host| host.keys).unwrap_or_default()
        } else {
            let host = self.hosts.entry(place.clone()).or_default();
            std::mem::replace(&mut host.keys, keys.to_owned())
        };
        for key in old.into_iter().filter(|key| !keys.contains(key)) {
            let Some(asked) = self.questions.get_mut(&key) else { continue };
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
            self.questions.remove(&key);
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
        let mut touched: BTreeMap<Name, BTreeSet<Name>> = BTreeMap::new();
        for (key, outcome) in answers {
            let Some(asked) = self.staging.questions.get_mut(&key) else { continue };
            // What was known stays known: a server that fails later takes nothing back.
            if matches!(asked.outcome, Some(Ok(_))) || asked.outcome.as_ref() == Some(&outcome) {
                continue;
            }
            asked.outcome = Some(outcome);
            for (table, domain) in &asked.users {
                touched.entry(table.clone()).or_default().insert(domain.clone());
            }
        }
        for (table, domains) in &touched {
            self.restage(table, domains, &mut delta);
        }
        self.apply_patches(&mut delta);
        for (table, _) in touched {
            self.resume(&(ResourceType::Route, table), &mut delta);
        }
        delta
    }

    /// Whether what stages say of some virtual host of a table is awaited.
    pub(super) fn awaits_stages(&self, table: &Name) -> bool {
        let first = (table.clone(), Name::default());
        let hosts = self.staging.hosts.range(first..).take_while(|((of, _), _)| of == table);
        hosts.into_iter().any(|(_, host)| host.waits)
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
        let packed = Arc::new(pack_table(table, &hosts));
        self.tables.insert(table.clone(), hosts);
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
        let staged = self.staging.run(&self.translator.stages, &place, &host, delta);
        let (served, failure) = match staged {
            Some((served, failure)) => (Some(served), failure),
            None => (None, None),
        };
        host.served = served;
        let diagnostic = host.diagnostic.clone().or(failure);
        self.find_host(node, &host.origin, diagnostic, delta);
        host
    }

    /// The virtual host is gone.
    pub(super) fn unstaged(&mut self, node: &NodePath, host: &EmittedHost, delta: &mut ModelDelta) {
        self.staging.release(&(node.resource.clone(), host.domain.clone()), &[], delta);
    }
}
