//! Who uses a policy. Each use becomes part of an entry in the status of the policy.

use eg_api::gateway::ParentReference;
use eg_diag::ObjectRef;

use crate::engine::{Group, ReadCx};

/// The uses of a policy, sent by the units that apply it or that prefer another one.
pub(crate) struct PolicyUses;

impl Group for PolicyUses {
    /// The policy.
    type Key = ObjectRef;
    type Member = PolicyUse;
    /// The ancestor, as the status shows it.
    type Value = ParentReference;
}

/// One use of a policy.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct PolicyUse {
    /// The object that uses it, and the Gateway for which it does.
    user: ObjectRef,
    gateway: ObjectRef,
    /// Tells the ancestors of the user apart.
    ancestor: usize,
    /// The policy that is applied instead; absent when this one is.
    pub(crate) lost_to: Option<ObjectRef>,
}

/// An object that uses backends, for one Gateway.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Consumer<'a> {
    /// The object that contains the references.
    pub(crate) object: &'a ObjectRef,
    /// The Gateway that sends the requests.
    pub(crate) gateway: &'a ObjectRef,
    /// Its ancestors at that Gateway, as statuses show them.
    pub(crate) ancestors: &'a [ParentReference],
}

impl Consumer<'_> {
    /// Tells policies, the one that is applied first, that this object uses them.
    pub(crate) fn uses(&self, cx: &ReadCx<'_>, policies: &[ObjectRef]) {
        let Some(applied) = policies.first() else { return };
        for policy in policies {
            for (ancestor, reference) in self.ancestors.iter().enumerate() {
                let member = PolicyUse {
                    user: self.object.clone(),
                    gateway: self.gateway.clone(),
                    ancestor,
                    lost_to: (policy != applied).then(|| applied.clone()),
                };
                cx.send::<PolicyUses>(policy.clone(), member, reference.clone());
            }
        }
    }
}
