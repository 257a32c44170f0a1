//! Gateways that share one fleet, because the EnvoyProxy of their class says `mergeGateways`.
//!
//! API: `EnvoyProxy.spec.mergeGateways` of a GatewayClass. Listeners of different Gateways share sockets and, for plain-text
//! HTTP, route tables.
//!
//! Precedence: of two Gateways that want the same port, protocol and hostname the older one has it.
//!
//! Fail mode: the listener of the other one is conflicted and serves nothing; its other listeners do.

use std::sync::Arc;

use eg_api::gateway::{Gateway, GatewayClass};
use eg_diag::ObjectRef;
use eg_ir::Name;
use eg_resources::Object;

use super::{conflict, listener::ListenerState, overlap, state::GatewayAlone};
use crate::engine::{ReadCx, Unit};

/// The listeners of all Gateways of a class, settled among each other, in the order in which they are served.
pub(crate) struct ClassListeners;

impl Unit for ClassListeners {
    type Key = Name;
    type Out = Vec<(ObjectRef, Arc<Vec<ListenerState>>)>;
    const NAME: &'static str = "class_listeners";
    const RANK: u8 = 3;

    fn compute(cx: &ReadCx<'_>, class: &Name) -> Self::Out {
        let mut gateways: Vec<(ObjectRef, Vec<ListenerState>)> = in_order(cx, class)
            .into_iter()
            .filter_map(|key| {
                let state = cx.unit::<GatewayAlone>(&key);
                let listeners = state.as_ref().as_ref()?.listeners.clone();
                Some((key, listeners))
            })
            .collect();
        conflict::settle_fleet(gateways.iter_mut().map(|(_, listeners)| listeners.as_mut_slice()));
        let mut all: Vec<&mut ListenerState> =
            gateways.iter_mut().flat_map(|(_, listeners)| listeners).collect();
        overlap::detect(&mut all);
        gateways.into_iter().map(|(key, listeners)| (key, Arc::new(listeners))).collect()
    }
}

/// The Gateways of a class in the order in which they are served: oldest first, then by namespace and name.
fn in_order(cx: &ReadCx<'_>, class: &Name) -> Vec<ObjectRef> {
    let class = ObjectRef::new(GatewayClass::KIND, "", class.clone());
    let mut gateways = cx.referrers(Gateway::KIND, &class);
    gateways.sort_by_cached_key(|key| {
        let created = cx.object::<Gateway>(key).and_then(|gateway| gateway.metadata.created());
        (created.unwrap_or_default(), key.clone())
    });
    gateways
}
