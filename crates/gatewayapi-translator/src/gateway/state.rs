//! What one Gateway is worth.

use std::sync::Arc;

use eg_api::gateway::{Gateway, GatewaySpecAddress};
use eg_diag::{Code, Diagnostic, FieldPath, ObjectRef};
use eg_ir::IrKey;

use super::{
    class::{ClassOf, ClassView},
    conflict,
    frontend::{Frontend, FrontendState},
    listener::{self, ListenerState},
    listener_set::{self, SetState},
    merged::ClassListeners,
    overlap,
    proxy::{self, EffectiveProxy},
};
use crate::{
    engine::{ReadCx, Unit},
    names,
};

static UNSUPPORTED_ADDRESS: Code = Code::error("unsupported-address", "Accepted", "UnsupportedAddress");

/// A Gateway of ours.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct GatewayState {
    /// The fleet that serves it.
    pub(crate) fleet: IrKey,
    pub(crate) class: Arc<ClassView>,
    /// The effective EnvoyProxy.
    pub(crate) proxy: Option<EffectiveProxy>,
    /// Its listeners, and after them those of the listener sets that it takes.
    pub(crate) listeners: Vec<ListenerState>,
    /// The listener sets that name it.
    pub(crate) sets: Vec<SetState>,
    /// How it checks certificates of clients.
    pub(crate) frontend: FrontendState,
    /// Why nothing is served; its fleet is kept all the same.
    pub(crate) problem: Option<Diagnostic>,
}

impl GatewayState {
    /// The listeners that `parent`, the Gateway or one of its listener sets, declares.
    pub(crate) fn listeners_of<'a>(
        &'a self,
        parent: &'a ObjectRef,
    ) -> impl Iterator<Item = &'a ListenerState> {
        self.listeners.iter().filter(move |listener| listener.parent == *parent)
    }
}

/// The state of a Gateway; `None` when there is no such Gateway, or its class is not ours.
pub(crate) struct GatewayOf;

impl Unit for GatewayOf {
    type Key = ObjectRef;
    type Out = Option<Arc<GatewayState>>;
    const NAME: &'static str = "gateway";
    const RANK: u8 = 4;

    fn compute(cx: &ReadCx<'_>, key: &ObjectRef) -> Self::Out {
        let alone = cx.unit::<GatewayAlone>(key);
        let alone = alone.as_ref().as_ref()?;
        if !alone.class.merged {
            return Some(Arc::clone(alone));
        }
        let settled = cx.unit::<ClassListeners>(&alone.class.name);
        let own = settled.iter().find(|(gateway, _)| gateway == key);
        let listeners = own.map(|(_, listeners)| listeners.to_vec()).unwrap_or_default();
        Some(Arc::new(GatewayState { listeners, ..GatewayState::clone(alone) }))
    }
}

/// The state of a Gateway as if there were no other one in its fleet.
pub(super) struct GatewayAlone;

impl Unit for GatewayAlone {
    type Key = ObjectRef;
    type Out = Option<Arc<GatewayState>>;
    const NAME: &'static str = "gateway_alone";
    const RANK: u8 = 2;

    fn compute(cx: &ReadCx<'_>, key: &ObjectRef) -> Self::Out {
        let gateway = cx.object::<Gateway>(key)?;
        let class = cx.unit::<ClassOf>(&gateway.spec.gateway_class_name.as_str().into());
        let class = Arc::clone(class.as_ref().as_ref()?);
        let fleet = if class.merged { IrKey::new(class.name.clone()) } else { names::fleet(key) };
        let (proxy, problem) = match proxy::effective(cx, &class, &gateway) {
            Ok(proxy) => (proxy, unsupported_address(&gateway)),
            Err(problem) => (None, Some(problem)),
        };
        let (mut listeners, mut sets) = (Vec::new(), Vec::new());
        let frontend = Frontend::of(cx, key, &gateway);
        if problem.is_none() {
            (sets, listeners) = declared(cx, key, &gateway);
            for listener in &mut listeners {
                frontend.apply(listener);
            }
            conflict::settle(key, &mut listeners);
            if !class.merged {
                overlap::detect(&mut listeners.iter_mut().collect::<Vec<_>>());
            }
        }
        Some(Arc::new(GatewayState {
            fleet,
            class,
            proxy,
            listeners,
            sets,
            frontend: frontend.state(),
            problem,
        }))
    }
}

/// The listener sets of a Gateway, and its listeners with those of the sets.
fn declared(cx: &ReadCx<'_>, key: &ObjectRef, gateway: &Gateway) -> (Vec<SetState>, Vec<ListenerState>) {
    let at = FieldPath::spec().field("listeners");
    let generation = gateway.metadata.generation();
    let each = gateway.spec.listeners.iter().enumerate();
    let own = each.map(|(position, spec)| listener::evaluate(cx, key, generation, &at.index(position), spec));
    let mut listeners: Vec<ListenerState> = own.collect();
    let (sets, added) = listener_set::attached(cx, key, gateway);
    listeners.extend(added);
    (sets, listeners)
}

/// The first address of a type that no platform here can give a fleet.
fn unsupported_address(gateway: &Gateway) -> Option<Diagnostic> {
    let supported = |address: &GatewaySpecAddress| {
        matches!(address.r#type.as_deref(), None | Some("IPAddress" | "Hostname"))
    };
    let (position, address) =
        gateway.spec.addresses.iter().enumerate().find(|(_, address)| !supported(address))?;
    let path = FieldPath::spec().field("addresses").index(position).field("type");
    let found = address.r#type.as_deref().unwrap_or_default();
    let message = format!("expected IPAddress or Hostname, found {found}");
    Some(Diagnostic::new(&UNSUPPORTED_ADDRESS, path, message))
}
