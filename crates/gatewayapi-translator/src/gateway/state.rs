//! What one Gateway is worth.

use std::sync::Arc;

use eg_api::gateway::{Gateway, GatewaySpecAddress};
use eg_diag::{Code, Diagnostic, FieldPath, ObjectRef};
use eg_ir::IrKey;

use super::{
    class::{ClassOf, ClassView},
    conflict,
    listener::{self, ListenerState},
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
    /// Its listeners.
    pub(crate) listeners: Vec<ListenerState>,
    /// Why nothing is served; its fleet is kept all the same.
    pub(crate) problem: Option<Diagnostic>,
}

/// The state of a Gateway; `None` when there is no such Gateway, or its class is not ours or not accepted.
pub(crate) struct GatewayOf;

impl Unit for GatewayOf {
    type Key = ObjectRef;
    type Out = Option<Arc<GatewayState>>;
    const NAME: &'static str = "gateway";
    const RANK: u8 = 3;

    fn compute(cx: &ReadCx<'_>, key: &ObjectRef) -> Self::Out {
        let gateway = cx.object::<Gateway>(key)?;
        let class = cx.unit::<ClassOf>(&gateway.spec.gateway_class_name.as_str().into());
        let class = Arc::clone(class.as_ref().as_ref()?);
        if class.problem.is_some() {
            return None;
        }
        let fleet = if class.merged { IrKey::new(class.name.clone()) } else { names::fleet(key) };
        let (proxy, problem) = match proxy::effective(cx, &class, &gateway) {
            Ok(proxy) => (proxy, unsupported_address(&gateway)),
            Err(problem) => (None, Some(problem)),
        };
        let listeners = if problem.is_none() { listeners(cx, key, &gateway) } else { Vec::new() };
        Some(Arc::new(GatewayState { fleet, class, proxy, listeners, problem }))
    }
}

fn listeners(cx: &ReadCx<'_>, key: &ObjectRef, gateway: &Gateway) -> Vec<ListenerState> {
    let at = FieldPath::spec().field("listeners");
    let generation = gateway.metadata.generation();
    let each = gateway.spec.listeners.iter().enumerate();
    let mut listeners: Vec<ListenerState> = each
        .map(|(position, spec)| listener::evaluate(cx, key, generation, &at.index(position), spec))
        .collect();
    conflict::settle(key, &mut listeners);
    overlap::detect(&mut listeners);
    listeners
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
