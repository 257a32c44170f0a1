//! Attachment: which policies are for an object and its sections, and which of them is in force.
//!
//! API: `spec.targetRef` and `spec.targetRefs` (objects of the policy's namespace or of none, or sections of them) and
//! `spec.targetSelectors` (whole objects by their labels, in other namespaces if a ReferenceGrant over there allows it).
//!
//! Of several policies for the same scope the oldest has it, then the one whose namespace and name come first; the others
//! are conflicted. Of the scopes that something is in, the most specific one that a policy has is in force.
//!
//! - `target`: what one policy targets;
//! - `selection`: the policies that look for targets in a namespace.

use std::{
    collections::{BTreeMap, BTreeSet},
    marker::PhantomData,
    sync::Arc,
};

use eg_api::gateway::ParentReference;
use eg_diag::ObjectRef;
use eg_ir::Name;

use super::{
    ancestor::reference,
    kind::{Attachable, Targeting},
};
use crate::{
    engine::{ReadCx, Unit},
    labels::LabelsOf,
    refs::RefCx,
};

mod selection;
mod target;

use selection::SelectionIn;
use target::TargetsOf;

/// Where a policy can attach: an object, or a section of it (a listener, a rule of a route).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Scope {
    pub(crate) object: ObjectRef,
    pub(crate) section: Option<Name>,
}

impl Scope {
    /// The whole object.
    pub(crate) fn whole(object: &ObjectRef) -> Self {
        Self { object: object.clone(), section: None }
    }

    /// A section of the object.
    pub(crate) fn section(object: &ObjectRef, section: &Name) -> Self {
        Self { object: object.clone(), section: Some(Arc::clone(section)) }
    }

    /// The scope as the status of a policy shows it.
    pub(crate) fn reference(&self) -> ParentReference {
        ParentReference {
            section_name: self.section.as_ref().map(ToString::to_string),
            ..reference(&self.object)
        }
    }
}

/// The policies that target an object or its sections, by section, those that go first in front.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Claims(Arc<BTreeMap<Option<Name>, Vec<ObjectRef>>>);

impl Claims {
    /// The policies that target a section or, without one, the whole object.
    pub(crate) fn at(&self, section: Option<&Name>) -> &[ObjectRef] {
        self.0.get(&section.cloned()).map(Vec::as_slice).unwrap_or_default()
    }

    /// The sections that are targeted, with their policies; none is the whole object.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (Option<&Name>, &[ObjectRef])> {
        self.0.iter().map(|(section, policies)| (section.as_ref(), policies.as_slice()))
    }
}

/// The policies of a kind that target an object or its sections.
pub(crate) struct PoliciesOn<P>(PhantomData<P>);

impl<P: Targeting> Unit for PoliciesOn<P> {
    type Key = ObjectRef;
    type Out = Claims;
    const NAME: &'static str = P::TARGETING.policies;
    const RANK: u8 = 3;

    fn compute(cx: &ReadCx<'_>, object: &ObjectRef) -> Claims {
        let mut found: BTreeMap<Option<Name>, BTreeSet<(i64, ObjectRef)>> = BTreeMap::new();
        for policy in cx.referrers(<P::Object as eg_resources::Object>::KIND, object) {
            let targets = cx.unit::<TargetsOf<P>>(&policy);
            for section in targets.sections_of(object) {
                found.entry(section.cloned()).or_default().insert((targets.created, policy.clone()));
            }
        }
        if P::SELECTS {
            for (created, policy) in selecting::<P>(cx, object) {
                found.entry(None).or_default().insert((created, policy));
            }
        }
        let in_order = found.into_iter().map(|(section, policies)| {
            (section, policies.into_iter().map(|(_, policy)| policy).collect::<Vec<_>>())
        });
        Claims(Arc::new(in_order.collect()))
    }
}

/// The policies that select an object by its labels, with the time of their creation.
fn selecting<P: Targeting>(cx: &ReadCx<'_>, object: &ObjectRef) -> Vec<(i64, ObjectRef)> {
    let selection = cx.unit::<SelectionIn<P>>(&(object.kind, Arc::clone(&object.namespace)));
    if selection.is_empty() {
        return Vec::new();
    }
    let labels = cx.unit::<LabelsOf>(object);
    let Some(labels) = labels.as_ref() else { return Vec::new() };
    let selects = |policy: &ObjectRef, selected: bool| selected && RefCx::new(cx, policy).permitted(object);
    let selecting =
        selection.iter().filter(|candidate| selects(&candidate.policy, candidate.selects(labels)));
    selecting.map(|candidate| (candidate.created, candidate.policy.clone())).collect()
}

/// The policy that has a scope.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Holder {
    pub(crate) policy: ObjectRef,
    /// The position of the scope in the key.
    pub(crate) scope: usize,
}

/// The policies that have the scopes that something is in. The key names them, the most specific first; the first holder is
/// in force, and the others are overridden there, or merged with it if the kind of policy knows how.
pub(crate) struct EffectivePolicy<P>(PhantomData<P>);

impl<P: Attachable> Unit for EffectivePolicy<P> {
    type Key = Vec<Scope>;
    type Out = Arc<Vec<Holder>>;
    const NAME: &'static str = P::UNITS.effective;
    const RANK: u8 = 4;

    fn compute(cx: &ReadCx<'_>, scopes: &Self::Key) -> Self::Out {
        let holders = scopes.iter().enumerate().filter_map(|(scope, at)| {
            let claims = cx.unit::<PoliciesOn<P>>(&at.object);
            let policy = claims.at(at.section.as_ref()).first()?.clone();
            Some(Holder { policy, scope })
        });
        Arc::new(holders.collect())
    }
}
