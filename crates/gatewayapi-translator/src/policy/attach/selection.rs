//! The policies that look for targets in a namespace. A policy that does not look there is none of its objects' business.

use std::{marker::PhantomData, sync::Arc};

use eg_api::meta::{LabelSelector, TextMap};
use eg_diag::{Kind, ObjectRef};
use eg_ir::Name;
use eg_resources::Object;

use super::{Targeting, TargetsOf};
use crate::engine::{ReadCx, Unit};

/// A policy that selects objects by their labels.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Candidate {
    pub(super) policy: ObjectRef,
    /// When the policy was created, in seconds since 1970.
    pub(super) created: i64,
    selectors: Vec<LabelSelector>,
}

impl Candidate {
    /// Whether an object with these labels is selected. A selector that cannot be read selects nothing.
    pub(super) fn selects(&self, labels: &TextMap) -> bool {
        self.selectors.iter().any(|selector| selector.matches(labels).unwrap_or(false))
    }
}

/// The policies that look for objects of a kind in a namespace.
pub(super) struct SelectionIn<P>(PhantomData<P>);

impl<P: Targeting> Unit for SelectionIn<P> {
    type Key = (Kind, Name);
    type Out = Arc<Vec<Candidate>>;
    const NAME: &'static str = P::TARGETING.selection;
    const RANK: u8 = 2;

    fn compute(cx: &ReadCx<'_>, (kind, namespace): &Self::Key) -> Self::Out {
        let policies = cx.selecting(P::Object::KIND, *kind).into_iter();
        let candidates = policies.filter_map(|policy| {
            let targets = cx.unit::<TargetsOf<P>>(&policy);
            let here = targets.selectors.iter().filter(|selector| {
                selector.kind == *kind && selector.namespaces.allow(cx, &policy.namespace, namespace)
            });
            let selectors: Vec<LabelSelector> = here.map(|selector| selector.labels.clone()).collect();
            (!selectors.is_empty()).then_some(Candidate { policy, created: targets.created, selectors })
        });
        Arc::new(candidates.collect())
    }
}
