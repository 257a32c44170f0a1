//! Patches: what users change of resources, after everything else made them.
//!
//! A resource with patches is kept as it is without them, too. It is patched again when it changes or its patches do; other
//! resources know nothing of patches. What a policy does to a resource is checked as a whole; if the result is not valid,
//! each patch is tried alone, and those that spoil it are left out.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use eg_diag::{Diagnostic, FieldPath};
use eg_ir::{
    Name, OrdMap, XdsIr,
    patch::{Patch, PatchOrder, PatchPolicy},
};

use self::draft::{Draft, Failure};
use super::{Session, quarantine::Part};
use crate::{
    ModelDelta, PATCH_REFUSED, PATCH_TARGET_MISSING, PatchReport, ResourceType, finding::guarded,
    pack::Shared,
};

mod draft;

/// The authorities that everybody trusts, whatever a patch says.
const PROTECTED: (ResourceType, &str) = (ResourceType::Secret, "system_ca_certificates");

/// A resource that is patched.
pub(super) type Target = (ResourceType, Name);

/// One patch: the place of its policy, and its own in there.
type Turn = (PatchOrder, usize);

/// The patches of a fleet and what they are applied to.
#[derive(Debug, Default)]
pub(super) struct Patches {
    policies: OrdMap<PatchOrder, Arc<PatchPolicy>>,
    /// The patches of each resource, in order.
    turns: BTreeMap<Target, BTreeSet<Turn>>,
    /// The resources with patches as they are without them.
    plain: BTreeMap<Target, Shared>,
    /// The patches that are not in force.
    failures: BTreeMap<Turn, Failure>,
    /// Policies that are not in force for a resource while it is found out what the proxies refuse.
    held: BTreeMap<Target, BTreeSet<PatchOrder>>,
    /// Policies whose patches the proxies refuse.
    refused: BTreeMap<PatchOrder, Diagnostic>,
    /// Resources to patch again, and policies to report on.
    dirty: BTreeSet<Target>,
    concerned: BTreeSet<PatchOrder>,
}

impl Session {
    /// Takes a resource into the model, or into what is patched first.
    pub(super) fn place(
        &mut self,
        resource_type: ResourceType,
        name: &Name,
        packed: Option<Shared>,
        delta: &mut ModelDelta,
    ) {
        let patches = &mut self.patches;
        let target = (resource_type, name.clone());
        if patches.turns.is_empty() || !patches.turns.contains_key(&target) {
            return self.model.set(resource_type, name, packed, delta);
        }
        match packed {
            Some(packed) => drop(patches.plain.insert(target.clone(), packed)),
            None => drop(patches.plain.remove(&target)),
        }
        patches.dirty.insert(target);
    }

    /// Takes over policies that changed.
    pub(super) fn change_patches(&mut self, ir: &XdsIr, changed: &[PatchOrder], delta: &mut ModelDelta) {
        for order in changed {
            if let Some(old) = self.patches.policies.get(order).cloned() {
                self.suspect_patches(&old, delta);
                self.patches.remove(&old);
                if !ir.patches.contains_key(order) {
                    self.model.report(&old.origin.object, None, delta);
                }
            }
            if let Some(new) = ir.patches.get(order) {
                self.suspect_patches(new, delta);
                for (position, patch) in new.patches.iter().enumerate() {
                    self.add_patch((order.clone(), position), patch);
                }
                self.patches.concerned.insert(order.clone());
            }
        }
        self.patches.policies = ir.patches.clone();
        // What nobody patches any more is as it is without patches.
        let free = self.patches.turns.extract_if(.., |_, turns| turns.is_empty());
        let free: Vec<Target> = free.map(|(target, _)| target).collect();
        for (resource_type, name) in free {
            let plain = self.patches.plain.remove(&(resource_type, name.clone()));
            self.model.set(resource_type, &name, plain, delta);
        }
    }

    /// If proxies refuse what a policy patches, it may be because of that.
    fn suspect_patches(&mut self, policy: &PatchPolicy, delta: &mut ModelDelta) {
        let targets: BTreeSet<Target> = policy.patches.iter().filter_map(draft::target).collect();
        for target in targets {
            self.abandon(&target, delta);
            self.quarantine.remember(&target, vec![(Part::Patches(policy.order.clone()), None)]);
        }
    }

    fn add_patch(&mut self, turn: Turn, patch: &Patch) {
        let Some(target) = draft::target(patch) else {
            let text = format!("there are no resources of type {:?}", patch.resource_type);
            self.patches.failures.insert(turn, Failure::Refused(text));
            return;
        };
        if !self.patches.turns.contains_key(&target)
            && let Some(plain) = self.model.resources(target.0).get(&target.1)
        {
            self.patches.plain.insert(target.clone(), Arc::clone(plain));
        }
        self.patches.turns.entry(target.clone()).or_default().insert(turn);
        self.patches.dirty.insert(target);
    }

    /// Patches what changed, and reports on the policies that are concerned.
    pub(super) fn apply_patches(&mut self, delta: &mut ModelDelta) {
        for target in std::mem::take(&mut self.patches.dirty) {
            let Some(turns) = self.patches.turns.get(&target) else { continue };
            self.emitted.patched += 1;
            let turns: Vec<Turn> = turns.iter().cloned().collect();
            let in_force = turns.iter().filter(|(order, _)| self.patches.is_in_force(&target, order));
            let in_force: Vec<Turn> = in_force.cloned().collect();
            let (patched, failures) = self.patches.apply(&target, &in_force);
            for turn in turns {
                self.patches.concerned.insert(turn.0.clone());
                self.patches.failures.remove(&turn);
            }
            self.patches.failures.extend(failures);
            self.model.set(target.0, &target.1, patched, delta);
        }
        for order in std::mem::take(&mut self.patches.concerned) {
            if let Some(report) = self.patches.report(&order) {
                self.model.report(&report.origin.object.clone(), Some(report), delta);
            }
        }
    }
}

impl Patches {
    /// A resource as it is without patches, if it has any.
    pub(super) fn plain(&self, target: &Target) -> Option<&Shared> {
        self.plain.get(target)
    }

    /// The policies that are in force for a resource.
    pub(super) fn of(&self, target: &Target) -> impl Iterator<Item = PatchOrder> {
        let turns = self.turns.get(target).into_iter().flatten();
        let orders: BTreeSet<PatchOrder> = turns.map(|(order, _)| order.clone()).collect();
        orders.into_iter().filter(|order| !self.refused.contains_key(order))
    }

    /// Keeps these policies, and no others, out of force for a resource.
    pub(super) fn hold_only(&mut self, target: &Target, held: BTreeSet<PatchOrder>) {
        let before = self.held.remove(target).unwrap_or_default();
        if before != held {
            self.dirty.insert(target.clone());
        }
        if !held.is_empty() {
            self.held.insert(target.clone(), held);
        }
    }

    /// Takes a policy out of force until it changes.
    pub(super) fn refuse(&mut self, order: &PatchOrder, why: Diagnostic) {
        self.refused.insert(order.clone(), why);
        self.concerned.insert(order.clone());
        let patches = self.policies.get(order).into_iter().flat_map(|policy| &policy.patches);
        self.dirty.extend(patches.filter_map(draft::target));
    }

    /// How many policies the proxies refused.
    pub(super) fn refusals(&self) -> usize {
        self.refused.len()
    }

    fn is_in_force(&self, target: &Target, order: &PatchOrder) -> bool {
        !self.refused.contains_key(order) && self.held.get(target).is_none_or(|held| !held.contains(order))
    }

    /// Takes out the patches of a policy.
    fn remove(&mut self, policy: &PatchPolicy) {
        self.refused.remove(&policy.order);
        for (position, patch) in policy.patches.iter().enumerate() {
            let turn = (policy.order.clone(), position);
            self.failures.remove(&turn);
            let Some(target) = draft::target(patch) else { continue };
            if let Some(turns) = self.turns.get_mut(&target) {
                turns.remove(&turn);
                self.dirty.insert(target);
            }
        }
    }

    /// The resource with its patches, and the patches that are left out.
    fn apply(&self, target: &Target, turns: &[Turn]) -> (Option<Shared>, Vec<(Turn, Failure)>) {
        let plain = self.plain.get(target);
        let applied = guarded(|| {
            let mut draft = Draft::new(target, plain);
            let mut failures = Vec::new();
            for of_policy in turns.chunk_by(|(a, _), (b, _)| a == b) {
                let Some(policy) = of_policy.first().and_then(|(order, _)| self.policies.get(order)) else {
                    continue;
                };
                failures.extend(draft.apply(policy, of_policy));
            }
            Ok((draft.finish(), failures))
        });
        let (patched, failures) = applied.unwrap_or_else(|bug| {
            let failure = || Failure::Refused(bug.message.clone());
            (plain.cloned(), turns.iter().map(|turn| (turn.clone(), failure())).collect())
        });
        let protected = (target.0, &*target.1) == PROTECTED;
        (if protected { plain.cloned() } else { patched }, failures)
    }

    /// What became of the patches of a policy.
    fn report(&self, order: &PatchOrder) -> Option<PatchReport> {
        let policy = self.policies.get(order)?;
        if let Some(why) = self.refused.get(order) {
            return Some(PatchReport { origin: policy.origin.clone(), problems: vec![why.clone()] });
        }
        let failed: Vec<(&Patch, usize, &Failure)> = policy
            .patches
            .iter()
            .enumerate()
            .filter_map(|(position, patch)| {
                Some((patch, position, self.failures.get(&(order.clone(), position))?))
            })
            .collect();
        let missing: BTreeSet<String> = failed
            .iter()
            .filter(|(_, _, failure)| matches!(failure, Failure::Missing))
            .map(|(patch, ..)| format!("{}/{}", patch.resource_type, patch.resource))
            .collect();
        // A condition has one reason, and a resource that is not there goes first.
        let code = if missing.is_empty() { &PATCH_REFUSED } else { &PATCH_TARGET_MISSING };
        let path = FieldPath::spec().field("jsonPatches");
        let mut problems = Vec::new();
        if !missing.is_empty() {
            let names: Vec<String> = missing.into_iter().collect();
            let message = format!("the proxies have no resources of these names: {}", names.join(", "));
            problems.push(Diagnostic::new(code, path.clone(), message));
        }
        for (_, position, failure) in failed {
            if let Failure::Refused(text) = failure {
                problems.push(Diagnostic::new(code, path.clone().index(position), text));
            }
        }
        Some(PatchReport { origin: policy.origin.clone(), problems })
    }
}
