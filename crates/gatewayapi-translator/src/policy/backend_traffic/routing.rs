//! Whether a rule leads to Services or to their endpoints.
//!
//! API: `BackendTrafficPolicy.spec.routingType`, for rules of HTTPRoutes, GRPCRoutes, TLSRoutes, TCPRoutes and UDPRoutes. Envoy:
//! the endpoints of clusters. Mirrors of a rule go where its other requests go. Services that proxies ask on behalf of a policy, and
//! collectors, are none of its business.
//!
//! Precedence: a policy goes before the EnvoyProxy. One of the rule or else of the route decides alone: without the field, the
//! EnvoyProxy has its way, unless `mergeType` merges the policy with those of its parents. Of the policies of the listener, its
//! listener set and its Gateway, the most specific one that has the field decides. All listeners of a Gateway share the
//! clusters of a route: they are as the first listener of the Gateway wants them to which the route is bound.
//!
//! Fail mode: closed. With a word that is none of the API, the HTTP routes of the policy answer 500.

use eg_api::v1alpha1::BackendTrafficPolicy;
use eg_diag::{Code, Diagnostic, FieldPath, ObjectRef};
use eg_ir::{FeatureId, Name};
use eg_resources::Object;

use super::{BackendTraffic, BackendTrafficSlot};
use crate::{
    engine::{ReadCx, Unit},
    gateway::Routing,
    policy::{
        Declared, FieldCx, PolicyField,
        attach::{EffectivePolicy, Holder},
        choice::one_of,
        route::Served,
    },
};

static INVALID: Code = Code::error("invalid-routing-type", "Accepted", "Invalid");

/// Whether rules lead to Services or to their endpoints. Clusters are made with it before policies shape them, so that it is not
/// part of the slot.
pub(super) struct RoutingField;

impl PolicyField<BackendTraffic> for RoutingField {
    fn id(&self) -> FeatureId {
        FeatureId::new("routing")
    }

    fn is_set(&self, policy: &Declared<'_, BackendTraffic>) -> bool {
        policy.spec.routing_type.is_some()
    }

    fn validate(&self, policy: &Declared<'_, BackendTraffic>, problems: &mut Vec<Diagnostic>) {
        let Some(word) = &policy.spec.routing_type else { return };
        let at = FieldPath::spec().field("routingType");
        problems.extend(one_of(word, Routing::WORDS, &INVALID, at).err());
    }

    fn lower(
        &self,
        _: &FieldCx<'_, '_, BackendTraffic>,
        _: &mut BackendTrafficSlot,
    ) -> Result<(), Diagnostic> {
        Ok(())
    }
}

/// What one policy says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Said {
    routing: Option<Routing>,
    /// Whether the policy wants to be merged with those of its parents.
    merges: bool,
}

/// What one policy says. Its other edits re-run no route.
struct SaidBy;

impl Unit for SaidBy {
    /// The policy.
    type Key = ObjectRef;
    type Out = Said;
    const NAME: &'static str = "routing_said";
    const RANK: u8 = 1;

    fn compute(cx: &ReadCx<'_>, key: &ObjectRef) -> Said {
        let Some(policy) = cx.object::<BackendTrafficPolicy>(key) else { return Said::default() };
        Said {
            routing: policy.spec.routing_type.as_deref().and_then(Routing::named),
            merges: policy.spec.merge_type.is_some(),
        }
    }
}

/// Whether there is a policy that says something, so that routes look for theirs only then.
pub(crate) struct SaidByPolicies;

impl Unit for SaidByPolicies {
    type Key = ();
    type Out = bool;
    const NAME: &'static str = "routing_said_by_policies";
    const RANK: u8 = 2;

    fn compute(cx: &ReadCx<'_>, (): &()) -> bool {
        let policies = cx.list(BackendTrafficPolicy::KIND);
        policies.iter().any(|policy| cx.unit::<SaidBy>(policy).routing.is_some())
    }
}

/// What policies say for a rule; `None` when the EnvoyProxy decides.
pub(crate) fn of_rule(cx: &ReadCx<'_>, served: Served<'_>, rule: Option<&Name>) -> Option<Routing> {
    let scopes = served.scopes(rule);
    let holders = cx.unit::<EffectivePolicy<BackendTraffic>>(&scopes);
    let said = |holder: &Holder| *cx.unit::<SaidBy>(&holder.policy);
    // Those of the rule and the route come first.
    let is_own =
        |holder: &&Holder| scopes.get(holder.scope).is_some_and(|scope| scope.object == *served.route);
    if let Some(own) = holders.first().filter(is_own) {
        let own = said(own);
        if own.routing.is_some() || !own.merges {
            return own.routing;
        }
    }
    holders.iter().skip_while(is_own).find_map(|holder| said(holder).routing)
}
