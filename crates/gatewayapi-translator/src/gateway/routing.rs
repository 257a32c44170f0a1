//! Whether traffic goes to the endpoints of Services, or to Services themselves, which then choose among their endpoints.
//!
//! API: `EnvoyProxy.spec.routingType`. Envoy: the endpoints of clusters. A Service without an address of its own is headless:
//! its endpoints get the traffic whatever the setting says.

use eg_diag::ObjectRef;

use super::state::{GatewayOf, GatewayState};
use crate::{
    engine::{ReadCx, Unit},
    policy::backend_traffic::routing::SaidByPolicies,
};

/// Where traffic goes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Routing {
    /// To endpoints.
    #[default]
    Endpoint,
    /// To Services.
    Service,
}

impl Routing {
    /// The words of the API, with what they stand for.
    pub(crate) const WORDS: &'static [(&'static str, Self)] =
        &[("Endpoint", Self::Endpoint), ("Service", Self::Service)];

    /// What a word stands for, if it is one of the API.
    pub(crate) fn named(word: &str) -> Option<Self> {
        Self::WORDS.iter().find(|(known, _)| *known == word).map(|(_, routing)| *routing)
    }

    /// The setting of the EnvoyProxy of a Gateway.
    pub(crate) fn of(state: &GatewayState) -> Self {
        let word = state.proxy.as_ref().and_then(|proxy| proxy.spec.routing_type.as_deref());
        word.and_then(Self::named).unwrap_or_default()
    }
}

/// Where the traffic of a Gateway goes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct GatewayRouting {
    /// The setting of its EnvoyProxy.
    pub(crate) of_proxy: Routing,
    /// Whether there are policies that say something else, maybe for its routes.
    pub(crate) has_policies: bool,
}

/// Where the traffic of a Gateway goes, so that its other edits re-run no route.
pub(crate) struct RoutingOf;

impl Unit for RoutingOf {
    type Key = ObjectRef;
    type Out = GatewayRouting;
    const NAME: &'static str = "routing";
    const RANK: u8 = 5;

    fn compute(cx: &ReadCx<'_>, key: &ObjectRef) -> GatewayRouting {
        let state = cx.unit::<GatewayOf>(key);
        GatewayRouting {
            of_proxy: state.as_ref().as_ref().map(|state| Routing::of(state)).unwrap_or_default(),
            has_policies: *cx.unit::<SaidByPolicies>(&()),
        }
    }
}
