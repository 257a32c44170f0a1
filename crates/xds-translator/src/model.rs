//! Everything a fleet receives, and the difference of two versions of it.

use eg_diag::ObjectRef;
use eg_ir::{Name, OrdMap, compact};

use crate::{
    Finding, NodePath, PatchReport, Question, QuestionKey, ResourceType,
    pack::{Packed, Shared},
};

/// The packed resources of one fleet, by type and name.
///
/// Cloning is cheap: the maps share what did not change.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct XdsModel {
    resources: [OrdMap<Name, Shared>; ResourceType::ALL.len()],
    findings: OrdMap<NodePath, Finding>,
    patched: OrdMap<ObjectRef, PatchReport>,
}

impl XdsModel {
    /// The resources of one type by name.
    pub fn resources(&self, resource_type: ResourceType) -> &OrdMap<Name, Shared> {
        &self.resources[resource_type as usize]
    }

    /// How many resources there are of each type.
    pub(crate) fn counts(&self) -> [usize; ResourceType::ALL.len()] {
        self.resources.each_ref().map(OrdMap::len)
    }

    /// Fills those maps anew that grew a lot since there were so many resources of each type.
    pub(crate) fn compact(&mut self, before: [usize; ResourceType::ALL.len()]) {
        for (resources, before) in self.resources.iter_mut().zip(before) {
            compact(resources, before);
        }
    }

    /// One resource.
    pub fn get(&self, resource_type: ResourceType, name: &str) -> Option<&Packed> {
        self.resources(resource_type).get(name).map(AsRef::as_ref)
    }

    /// What emission had to say, by node.
    pub fn findings(&self) -> impl Iterator<Item = &Finding> {
        self.findings.values()
    }

    /// What became of the patches of each policy.
    pub fn patched(&self) -> impl Iterator<Item = &PatchReport> {
        self.patched.values()
    }

    /// Replaces the report on the patches of a policy.
    pub(crate) fn report(&mut self, policy: &ObjectRef, report: Option<PatchReport>, delta: &mut ModelDelta) {
        let Some(report) = report else {
            if self.patched.remove(policy).is_some() {
                delta.unpatched.push(policy.clone());
            }
            return;
        };
        let old = self.patched.insert(policy.clone(), report.clone());
        if old.as_ref() != Some(&report) {
            delta.patched.push(report);
        }
    }

    /// Everything, for proxies that were told nothing yet.
    pub fn as_delta(&self) -> ModelDelta {
        let of = |resource_type: ResourceType| {
            let resources = self.resources(resource_type).iter();
            resources.map(move |(name, packed)| (resource_type, name.clone(), packed.clone()))
        };
        ModelDelta {
            upserts: ResourceType::ALL.into_iter().flat_map(of).collect(),
            raised: self.findings().cloned().collect(),
            patched: self.patched().cloned().collect(),
            ..ModelDelta::default()
        }
    }

    /// Sets or removes a resource and notes in `delta` what proxies must be told.
    pub(crate) fn set(
        &mut self,
        resource_type: ResourceType,
        name: &Name,
        packed: Option<Shared>,
        delta: &mut ModelDelta,
    ) {
        let resources = &mut self.resources[resource_type as usize];
        let Some(packed) = packed else {
            if resources.remove(name).is_some() {
                delta.removals.push((resource_type, name.clone()));
            }
            return;
        };
        let old = resources.insert(name.clone(), packed.clone());
        if old.is_none_or(|old| old.version != packed.version) {
            delta.upserts.push((resource_type, name.clone(), packed));
        }
    }

    /// Replaces the finding about a node.
    pub(crate) fn find(&mut self, node: &NodePath, finding: Option<Finding>, delta: &mut ModelDelta) {
        let old = match &finding {
            Some(finding) => self.findings.insert(node.clone(), finding.clone()),
            None => self.findings.remove(node),
        };
        if old != finding {
            delta.withdrawn.extend(old);
            delta.raised.extend(finding);
        }
    }
}

/// What changed from one version of a model to the next.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ModelDelta {
    /// New resources and resources with a new version.
    pub upserts: Vec<(ResourceType, Name, Shared)>,
    /// Resources that are gone.
    pub removals: Vec<(ResourceType, Name)>,
    /// New findings.
    pub raised: Vec<Finding>,
    /// Findings that no longer hold.
    pub withdrawn: Vec<Finding>,
    /// New reports on the patches of policies.
    pub patched: Vec<PatchReport>,
    /// Policies whose patches are gone.
    pub unpatched: Vec<ObjectRef>,
    /// What stages must be asked.
    pub asked: Vec<Question>,
    /// Questions whose answers nobody needs any more.
    pub forgotten: Vec<QuestionKey>,
}

impl ModelDelta {
    /// Whether nothing changed.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}
