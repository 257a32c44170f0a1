//! What the kinds of routes have in common.

use std::{marker::PhantomData, sync::Arc};

use eg_api::gateway::ParentReference;
use eg_diag::{Diagnostic, ObjectRef};
use eg_ir::{IrKey, Name};
use eg_resources::Object;

use super::{bind, destination::PlannedCluster};
use crate::{
    engine::{ReadCx, Unit},
    gateway::view::{BindListener, BindView},
    policy::ancestor::Consumer,
};

/// A kind of route: where it wants to attach, and what its rules become.
///
/// Binding, status, clusters and endpoints are the same for all kinds; an implementation reads fields, lowers rules and
/// sends them to what serves them.
pub(crate) trait RouteKind: Object {
    /// The names of its units.
    const UNITS: UnitNames;

    /// What its rules become.
    type Rules: Default + PartialEq + Send + Sync + 'static;

    /// Where it wants to attach.
    fn parent_refs(&self) -> &[ParentReference];

    /// The hostnames that it wants to serve; none for every hostname.
    fn hostnames(&self) -> &[String];

    /// Why the route attaches to nothing, whatever its parents are.
    fn refusal(&self) -> Option<Diagnostic> {
        None
    }

    /// The names of its rules that have one.
    fn rule_names(&self) -> Vec<Name> {
        Vec::new()
    }

    /// Lowers the rules for one Gateway.
    fn lower(&self, cx: &ReadCx<'_>, consumer: Consumer<'_>) -> Lowered<Self::Rules>;

    /// What stands for the rules when lowering them panicked and nothing was served before: something that refuses what
    /// they match. Of kinds that leave it out, nothing is served.
    fn refuse(&self, cx: &ReadCx<'_>, consumer: Consumer<'_>) -> Lowered<Self::Rules> {
        let _ = (cx, consumer);
        Lowered::default()
    }

    /// Whether the listener serves the route, which it accepts but may leave for another one, or cannot serve.
    fn is_served(
        &self,
        cx: &ReadCx<'_>,
        place: (&BindView, &BindListener),
        rules: &Self::Rules,
    ) -> Result<bool, Diagnostic> {
        let _ = (cx, place, rules);
        Ok(true)
    }

    /// Whether a listener counts a route with these rules as attached. Routes count unless their kind says otherwise, even
    /// when none of their rules can be served.
    fn counts(rules: &Self::Rules) -> bool {
        let _ = rules;
        true
    }

    /// Sends the lowered rules to what serves one hostname of a listener, and returns the hashes of the matches.
    fn attach(&self, cx: &ReadCx<'_>, place: &Place<'_>, rules: &Self::Rules) -> Vec<u128>;
}

/// The names of the units of a kind of route.
pub(crate) struct UnitNames {
    pub(crate) lowered: &'static str,
    pub(crate) attached: &'static str,
    pub(crate) status: &'static str,
}

/// Where lowered rules go.
pub(crate) struct Place<'a> {
    pub(crate) route: &'a ObjectRef,
    pub(crate) view: &'a BindView,
    pub(crate) listener: &'a BindListener,
    pub(crate) host: &'a Name,
}

impl Place<'_> {
    /// The fleet that serves it.
    pub(crate) fn fleet(&self) -> &IrKey {
        &self.view.fleet
    }
}

/// What the rules of a route become for one Gateway.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Lowered<R> {
    pub(crate) rules: R,
    /// How many rules the route has.
    pub(crate) count: usize,
    /// What is wrong, by the position of the rule.
    pub(crate) problems: Vec<(usize, Diagnostic)>,
    /// The clusters that the rules lead to.
    pub(crate) clusters: Vec<PlannedCluster>,
}

/// The lowered rules of a route, for one Gateway.
pub(crate) struct LoweredOf<R>(PhantomData<R>);

impl<R: RouteKind> Unit for LoweredOf<R> {
    /// The route and the Gateway.
    type Key = (ObjectRef, ObjectRef);
    type Out
        = Arc<Lowered<R::Rules>>
    where
        Lowered<R::Rules>: Default + PartialEq;
    const NAME: &'static str = R::UNITS.lowered;
    const RANK: u8 = 8;

    fn compute(cx: &ReadCx<'_>, key: &Self::Key) -> Self::Out {
        lower_for(cx, key, R::lower)
    }

    fn fall_back(cx: &ReadCx<'_>, key: &Self::Key) -> Self::Out {
        lower_for(cx, key, R::refuse)
    }
}

fn lower_for<R: RouteKind>(
    cx: &ReadCx<'_>,
    (route, gateway): &(ObjectRef, ObjectRef),
    lower: impl FnOnce(&R, &ReadCx<'_>, Consumer<'_>) -> Lowered<R::Rules>,
) -> Arc<Lowered<R::Rules>> {
    let Some(object) = cx.object::<R>(route) else { return Arc::default() };
    let leads_here = |reference: &&ParentReference| {
        bind::parent(cx, route, reference).is_some_and(|parent| parent.gateway == *gateway)
    };
    let ancestors: Vec<_> = object.parent_refs().iter().filter(leads_here).cloned().collect();
    let consumer = Consumer { object: route, gateway, ancestors: &ancestors };
    Arc::new(lower(&object, cx, consumer))
}
