//! What emission found, as facts for the store: one for each object and fleet.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use eg_diag::{Code, Diagnostic, FieldPath, ObjectRef};
use eg_gatewayapi_translator::Panic;
use eg_ir::{IrKey, Origin};
use eg_resources::{AnyObject, Aspect, Change, Delta, Outcome, Problem, Snapshot};
use eg_xds_translator::{Finding, ModelDelta, NodePath, PatchReport};

/// A unit of translation panicked, which is a bug of this project or of an added feature.
static TRANSLATION_FAILED: Code = Code::error("translation-failed", "Programmed", "Invalid");

/// How many problems of one object are kept for its status.
const MOST: usize = 8;

/// An object in a fleet.
type Place = (IrKey, ObjectRef);

/// The findings in force by the objects they are about, and which of these objects have other findings than the store
/// says. The cost follows what changes.
#[derive(Debug, Default)]
pub(super) struct Outcomes {
    findings: BTreeMap<Place, BTreeMap<NodePath, Finding>>,
    touched: BTreeSet<Place>,
    patched: BTreeMap<Place, PatchReport>,
    patches_touched: BTreeSet<Place>,
    /// Objects whose translation panicked.
    failing: BTreeMap<ObjectRef, Outcome>,
    failing_touched: BTreeSet<ObjectRef>,
}

impl Outcomes {
    /// Takes over what an emission found.
    pub(super) fn note(&mut self, fleet: &IrKey, delta: &ModelDelta) {
        for finding in &delta.withdrawn {
            for place in places(fleet, finding) {
                if let Some(findings) = self.findings.get_mut(&place) {
                    findings.remove(&finding.node);
                }
                self.touched.insert(place);
            }
        }
        for finding in &delta.raised {
            for place in places(fleet, finding) {
                let findings = self.findings.entry(place.clone()).or_default();
                findings.insert(finding.node.clone(), finding.clone());
                self.touched.insert(place);
            }
        }
        for policy in &delta.unpatched {
            let place = (fleet.clone(), policy.clone());
            self.patched.remove(&place);
            self.patches_touched.insert(place);
        }
        for report in &delta.patched {
            let place = (fleet.clone(), report.origin.object.clone());
            self.patched.insert(place.clone(), report.clone());
            self.patches_touched.insert(place);
        }
    }

    /// Takes over which units panicked when the store changed. What is said of an object holds until the object changes.
    pub(super) fn note_panics(&mut self, panics: &[Panic], delta: &Delta, snapshot: &Snapshot) {
        if self.failing.is_empty() && panics.is_empty() {
            return;
        }
        for change in &delta.objects {
            if self.failing.remove(&change.key).is_some() {
                self.failing_touched.insert(change.key.clone());
            }
        }
        for object in snapshot.iter().filter(|_| !panics.is_empty()) {
            let Some(panic) = panics.iter().find(|panic| is_about(panic, object.key())) else { continue };
            let message = format!(
                "translation failed unexpectedly; what was good before stays, and what was not there before is refused: {}",
                panic.message
            );
            let diagnostic = Diagnostic::new(&TRANSLATION_FAILED, FieldPath::root(), message);
            let (key, generation) = (object.key().clone(), object.meta().generation());
            let problems = vec![Problem { section: None, diagnostic }];
            let outcome = Outcome::new(key.clone(), generation, "".into(), Aspect::Translation, problems);
            self.failing.insert(key.clone(), outcome);
            self.failing_touched.insert(key);
        }
    }

    /// Whether a unit panicked, so that its last good value is in force.
    pub(super) fn any_fails(&self) -> bool {
        !self.failing.is_empty()
    }

    /// Forgets a fleet that is gone.
    pub(super) fn forget(&mut self, fleet: &IrKey) {
        let gone = self.findings.extract_if(.., |(of, _), _| of == fleet);
        self.touched.extend(gone.map(|(place, _)| place));
        let gone = self.patched.extract_if(.., |(of, _), _| of == fleet);
        self.patches_touched.extend(gone.map(|(place, _)| place));
    }

    /// What the store has to be told since the last call.
    pub(super) fn changes(&mut self) -> Vec<Change> {
        let touched = std::mem::take(&mut self.touched);
        let mut changes: Vec<Change> = touched.into_iter().map(|place| self.change(&place)).collect();
        let touched = std::mem::take(&mut self.patches_touched);
        changes.extend(touched.into_iter().map(|place| self.patch_change(&place)));
        let touched = std::mem::take(&mut self.failing_touched);
        changes.extend(touched.into_iter().map(|object| match self.failing.get(&object) {
            Some(outcome) => Change::Upsert(AnyObject::new(outcome.clone())),
            None => Change::Remove(Outcome::key(&object, "", Aspect::Translation)),
        }));
        changes
    }

    fn patch_change(&self, place: &Place) -> Change {
        let (fleet, object) = place;
        let Some(PatchReport { origin, problems }) = self.patched.get(place) else {
            return Change::Remove(Outcome::key(object, fleet.as_str(), Aspect::Patches));
        };
        let problem = |diagnostic: &Diagnostic| Problem { section: None, diagnostic: diagnostic.clone() };
        let problems = problems.iter().take(MOST).map(problem).collect();
        let fleet = Arc::clone(&fleet.0);
        let outcome = Outcome::new(object.clone(), origin.generation, fleet, Aspect::Patches, problems);
        Change::Upsert(AnyObject::new(outcome))
    }

    fn change(&mut self, place: &Place) -> Change {
        let (fleet, object) = place;
        if self.findings.get(place).is_some_and(BTreeMap::is_empty) {
            self.findings.remove(place);
        }
        let Some(findings) = self.findings.get(place) else {
            return Change::Remove(Outcome::key(object, fleet.as_str(), Aspect::Resources));
        };
        let of_object = |finding: &Finding| -> Vec<Origin> {
            finding.origins().filter(|origin| origin.object == *object).cloned().collect()
        };
        let mut generation = 0;
        let mut problems = BTreeSet::new();
        for finding in findings.values() {
            for origin in of_object(finding) {
                generation = generation.max(origin.generation);
                let diagnostic = finding.diagnostic.clone();
                problems.insert(Problem { section: origin.section, diagnostic });
            }
        }
        let problems = problems.into_iter().take(MOST).collect();
        let fleet = Arc::clone(&fleet.0);
        let outcome = Outcome::new(object.clone(), generation, fleet, Aspect::Resources, problems);
        Change::Upsert(AnyObject::new(outcome))
    }
}

/// The objects that a finding is about, each in the fleet.
fn places(fleet: &IrKey, finding: &Finding) -> BTreeSet<Place> {
    let known = finding.origins().filter(|origin| !origin.object.kind.kind.is_empty());
    known.map(|origin| (fleet.clone(), origin.object.clone())).collect()
}

/// Whether a unit that panicked is about an object: its key is the object, or names it first.
fn is_about(panic: &Panic, object: &ObjectRef) -> bool {
    let rest = panic.key.strip_prefix('(').unwrap_or(&panic.key).strip_prefix(&object.to_string());
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(','))
}
