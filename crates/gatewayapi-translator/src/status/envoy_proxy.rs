//! The status of EnvoyProxies: one entry for each GatewayClass and Gateway that names it. One that is merged over that of a
//! GatewayClass has an entry for the class too.

use std::{collections::BTreeSet, sync::Arc};

use eg_api::{
    gateway::{GROUP, Gateway, GatewayClass, ParentReference},
    v1alpha1::{EnvoyProxy, EnvoyProxyAncestorStatus, EnvoyProxyStatus},
};
use eg_diag::{Code, Diagnostic, ObjectRef};
use eg_ir::Name;
use eg_resources::{Object, Status, StatusUpdate};

use super::{condition::Conditions, update_of};
use crate::{
    assembly::Assembly,
    engine::{ReadCx, Root, Unit},
    gateway::{ClassOf, GatewayOf, invalid_proxy, is_merged_proxy},
};

static INVALID: Code = Code::error("invalid-envoy-proxy", "Accepted", "InvalidParameters");

/// The status of one EnvoyProxy; `None` while nothing of ours names it.
pub(crate) struct EnvoyProxyRoot;

impl Unit for EnvoyProxyRoot {
    type Key = ObjectRef;
    type Out = Option<StatusUpdate>;
    const NAME: &'static str = "envoy_proxy_status";
    const RANK: u8 = 13;

    fn compute(cx: &ReadCx<'_>, key: &ObjectRef) -> Self::Out {
        let proxy = cx.object::<EnvoyProxy>(key)?;
        let conditions = conditions(&proxy).into_list();
        let entry = |ancestor_ref| EnvoyProxyAncestorStatus { ancestor_ref, conditions: conditions.clone() };
        let ancestors: Vec<_> = users(cx, key, &proxy).into_iter().map(entry).collect();
        if ancestors.is_empty() {
            return None;
        }
        Some(update_of(&*proxy, Status::EnvoyProxy(EnvoyProxyStatus { ancestors })))
    }
}

impl Root for EnvoyProxyRoot {
    fn publish(assembly: &mut Assembly<'_>, key: &ObjectRef, out: Option<&Arc<Self::Out>>) {
        assembly.status(key, out.and_then(|out| out.as_ref().as_ref()));
    }
}

/// The classes and Gateways of ours that use an EnvoyProxy. A Gateway that shares the fleet of its class does not.
fn users(cx: &ReadCx<'_>, key: &ObjectRef, proxy: &EnvoyProxy) -> Vec<ParentReference> {
    let reference = |kind: &str, namespace: Option<String>, name: &str| ParentReference {
        group: Some(GROUP.to_owned()),
        kind: Some(kind.to_owned()),
        namespace,
        name: name.to_owned(),
        ..ParentReference::default()
    };
    let classes = cx.referrers(GatewayClass::KIND, key).into_iter().map(|class| class.name.clone());
    let mut classes: BTreeSet<Name> = classes.filter(|class| cx.unit::<ClassOf>(class).is_some()).collect();
    let mut gateways = Vec::new();
    for gateway in cx.referrers(Gateway::KIND, key) {
        let state = cx.unit::<GatewayOf>(&gateway);
        let Some(state) = state.as_ref().as_ref().filter(|state| !state.class.merged) else { continue };
        if is_merged_proxy(&proxy.spec) && state.class.proxy.is_some() {
            classes.insert(state.class.name.clone());
        }
        gateways.push(reference(Gateway::KIND.kind, Some(gateway.namespace.to_string()), &gateway.name));
    }
    let classes = classes.iter().map(|class| reference(GatewayClass::KIND.kind, None, class));
    classes.chain(gateways).collect()
}

fn conditions(proxy: &EnvoyProxy) -> Conditions {
    let mut conditions = Conditions::of(proxy.metadata.generation());
    match invalid_proxy(&proxy.spec) {
        Some((path, problem)) => conditions.fail(&[Diagnostic::new(&INVALID, path, problem)]),
        None => conditions.set("Accepted", true, "Accepted", "The EnvoyProxy is valid."),
    }
    if proxy.spec.lua_validation.is_some() {
        let message = "spec.luaValidation: use spec.lua instead.";
        conditions.set("Warning", true, "DeprecatedField", message);
    }
    conditions
}
