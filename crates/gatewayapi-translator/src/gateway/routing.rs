//! Whether traffic goes to the endpoints of Services, or to Services themselves, which then choose among their endpoints.
//!
//! API: `EnvoyProxy.spec.routingType`. Envoy: the endpoints of clusters. A Service without an address of its own is headless: its endpoints get the traffic
//! whatever the setting says.

use eg_diag::ObjectRef;

use super::state::{GatewayOf, GatewayState};
use crate::engine::{ReadCx, Unit};

/// Where the traffic of a Gateway goes unless something more specific says otherwise.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Routing {
    /// To endpoints.
    #[default]
    Endpoint,
    /// To Services.
    Service,
}

impl Routing {
    /// The setting of this name.
    pub(crate) fn named(name: Option<&str>) -> Self {
        if name == Some("Service") { Self::Service } else { Self::Endpoint }
    }

    /// The setting of a Gateway.
    pub(crate) fn of(state: &GatewayState) -> Self {
        Self::named(state.proxy.as_ref().and_then(|proxy| proxy.spec.routing_type.as_deref()))
    }
}

/// The setting of a Gateway, so that its other edits re-run no route.
pub(crate) struct RoutingOf;

impl Unit for RoutingOf {
    type Key = ObjectRef;
    type Out = Routing;
    const NAME: &'static str = "routing";
    const RANK: u8 = 5;

    fn compute(cx: &ReadCx<'_>, key: &ObjectRef) -> Routing {
        cx.unit::<GatewayOf>(key).as_ref().as_ref().map(|state| Routing::of(state)).unwrap_or_default()
    }
}
