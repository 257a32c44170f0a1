//! What one policy targets. A policy that is edited elsewhere has the same targets, so that such an edit stops here.

use std::{marker::PhantomData, sync::Arc};

use eg_api::{
    gateway::GatewayClass,
    meta::LabelSelector,
    v1alpha1::{TargetSelector, TargetSelectorNamespaces},
};
use eg_diag::{Kind, ObjectRef};
use eg_ir::Name;
use eg_resources::Object;

use super::Targeting;
use crate::{
    engine::{ReadCx, Unit},
    gateway::AllowedNamespaces,
};

/// What a policy targets.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Targets {
    /// When the policy was created, in seconds since 1970.
    pub(super) created: i64,
    by_name: Vec<(ObjectRef, Option<Name>)>,
    pub(super) selectors: Vec<Selector>,
}

impl Targets {
    /// The sections of an object that are targeted by name; none is the whole object.
    pub(super) fn sections_of<'a>(&'a self, object: &'a ObjectRef) -> impl Iterator<Item = Option<&'a Name>> {
        let here = self.by_name.iter().filter(move |(target, _)| target == object);
        here.map(|(_, section)| section.as_ref())
    }
}

/// Objects of a kind by their labels.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Selector {
    pub(super) kind: Kind,
    pub(super) labels: LabelSelector,
    /// The namespaces in which they are looked for.
    pub(super) namespaces: AllowedNamespaces,
}

/// What a policy targets; nothing when there is no such policy. Targets of kinds that the policy is not for are left out.
pub(super) struct TargetsOf<P>(PhantomData<P>);

impl<P: Targeting> Unit for TargetsOf<P> {
    type Key = ObjectRef;
    type Out = Arc<Targets>;
    const NAME: &'static str = P::TARGETING.targets;
    const RANK: u8 = 1;

    fn compute(cx: &ReadCx<'_>, key: &ObjectRef) -> Self::Out {
        let Some(policy) = cx.object::<P::Object>(key) else { return Arc::default() };
        let kind = |group: &str, kind: &str| {
            P::TARGETS.iter().find(|known| known.group == group && known.kind == kind).copied()
        };
        let targets = P::targets(&policy);
        let by_name = targets.by_name().filter_map(|target| {
            let kind = kind(&target.group, &target.kind)?;
            let namespace =
                if kind == GatewayClass::KIND { Name::default() } else { Arc::clone(&key.namespace) };
            let object = ObjectRef::new(kind, namespace, target.name.as_str());
            let section = target.section_name.as_deref().filter(|section| !section.is_empty());
            Some((object, section.map(Name::from)))
        });
        let selectors = targets.target_selectors.iter().filter_map(|selector| {
            let TargetSelector { namespaces, .. } = selector;
            Some(Selector {
                kind: kind(selector.group(), &selector.kind)?,
                labels: selector.labels(),
                namespaces: namespaces.as_ref().map_or(AllowedNamespaces::Same, searched),
            })
        });
        Arc::new(Targets {
            created: policy.meta().created().unwrap_or_default(),
            by_name: by_name.collect(),
            selectors: selectors.collect(),
        })
    }
}

fn searched(TargetSelectorNamespaces { from, selector }: &TargetSelectorNamespaces) -> AllowedNamespaces {
    match from.as_str() {
        "All" => AllowedNamespaces::All,
        "Selector" => selector.clone().map_or(AllowedNamespaces::None, AllowedNamespaces::Selector),
        _ => AllowedNamespaces::Same,
    }
}
