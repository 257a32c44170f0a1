//! The status of Gateways and their listeners.

use std::sync::Arc;

use eg_api::gateway::{Gateway, GatewayStatus, GatewayStatusAddress, ListenerStatus, RouteGroupKind};
use eg_diag::{Diagnostic, ObjectRef};
use eg_ir::IrKey;
use eg_resources::{Observed, Status, StatusUpdate};

use super::{condition::Conditions, outcome, update_of};
use crate::{
    assembly::Assembly,
    engine::{ReadCx, Root, Unit},
    fanout::AttachedRoutes,
    gateway::{AccessLogsOf, GatewayOf, GatewayState, ListenerState, SetState, TracingOf},
    policy::backend_tls::defaults::gateway_certificate,
    settings::Infrastructure,
};

/// The most addresses that the API accepts.
const MAX_ADDRESSES: usize = 16;

/// The status of one Gateway.
pub(crate) struct GatewayRoot;

impl Unit for GatewayRoot {
    type Key = ObjectRef;
    type Out = Option<StatusUpdate>;
    const NAME: &'static str = "gateway_status";
    const RANK: u8 = 13;

    fn compute(cx: &ReadCx<'_>, key: &ObjectRef) -> Self::Out {
        let state = cx.unit::<GatewayOf>(key);
        let state = state.as_ref().as_ref()?;
        let gateway = cx.object::<Gateway>(key)?;
        let mut conditions = Conditions::of(gateway.metadata.generation());
        accepted(&mut conditions, key, state);
        if let Some(problem) = &cx.unit::<TracingOf>(key).problem {
            conditions.fail(std::slice::from_ref(problem));
        }
        if let Some(problem) = &cx.unit::<AccessLogsOf>(key).problem {
            conditions.fail(std::slice::from_ref(problem));
        }
        frontend(&mut conditions, state);
        references(cx, &mut conditions, key, &gateway);
        let addresses = programmed(cx, &mut conditions, state, &gateway);
        let status = GatewayStatus {
            addresses,
            conditions: conditions.into_list(),
            listeners: state
                .listeners_of(key)
                .map(|listener| listener_status(cx, listener, &state.fleet))
                .collect(),
            attached_listener_sets: attached_sets(state),
        };
        Some(update_of(&*gateway, Status::Gateway(status)))
    }
}

impl Root for GatewayRoot {
    fn publish(assembly: &mut Assembly<'_>, key: &ObjectRef, out: Option<&Arc<Self::Out>>) {
        assembly.status(key, out.and_then(|out| out.as_ref().as_ref()));
    }
}

fn accepted(conditions: &mut Conditions, key: &ObjectRef, state: &GatewayState) {
    if let Some(problem) = &state.problem {
        conditions.fail(std::slice::from_ref(problem));
        return;
    }
    let own: Vec<&ListenerState> = state.listeners_of(key).collect();
    let refused = own.iter().filter(|listener| !listener.conditions.is_true("Accepted"));
    let refused: Vec<&str> = refused.map(|listener| &*listener.section).collect();
    if refused.is_empty() {
        conditions.set("Accepted", true, "Accepted", "The Gateway is valid.");
    } else {
        let all = refused.len() == own.len();
        let which = if all { "None of the listeners is valid" } else { "Some listeners are not valid" };
        conditions.set("Accepted", !all, "ListenersNotValid", format!("{which}: {}.", refused.join(", ")));
    }
}

/// What the settings for certificates of clients come to.
fn frontend(conditions: &mut Conditions, state: &GatewayState) {
    if state.frontend.lenient {
        let message = "spec.tls.frontend: clients without a valid certificate are served.";
        conditions.set("InsecureFrontendValidationMode", true, "ConfigurationChanged", message);
    }
    if let Some(problem) = &state.frontend.problem {
        conditions.fail(std::slice::from_ref(problem));
    }
}

/// Whether the references of the TLS settings lead to something; said only of Gateways that have such settings.
fn references(cx: &ReadCx<'_>, conditions: &mut Conditions, key: &ObjectRef, gateway: &Gateway) {
    if gateway.spec.tls.is_none() {
        return;
    }
    if let Some(Err(problem)) = gateway_certificate(cx, key, gateway) {
        conditions.fail(&[problem]);
    }
    conditions.set_default("ResolvedRefs", true, "ResolvedRefs", "All references lead to existing objects.");
}

/// Whether the fleet serves the Gateway, and the addresses at which it does.
fn programmed(
    cx: &ReadCx<'_>,
    conditions: &mut Conditions,
    state: &GatewayState,
    gateway: &Gateway,
) -> Vec<GatewayStatusAddress> {
    if state.problem.is_some() {
        return Vec::new();
    }
    if cx.env().settings.infrastructure == Infrastructure::None {
        conditions.set(
            "Programmed",
            true,
            "Programmed",
            "The configuration is served to proxies that others run.",
        );
        return Vec::new();
    }
    let observed = cx.get::<Observed>("", state.fleet.as_str());
    let wanted = gateway.spec.addresses.iter().find(|address| address.r#type.as_deref() == Some("Hostname"));
    if let Some(hostname) = wanted.and_then(|address| address.value.as_deref()) {
        let message = format!("The address {hostname} is a hostname, and this platform gives none.");
        conditions.set("Programmed", false, "AddressNotUsable", message);
        return Vec::new();
    }
    let addresses = observed.as_ref().map(|observed| observed.addresses.as_slice()).unwrap_or_default();
    if addresses.is_empty() {
        conditions.set("Programmed", false, "AddressNotAssigned", "The proxies have no address yet.");
    } else if observed.as_ref().is_none_or(|observed| observed.ready_replicas == 0) {
        conditions.set("Programmed", false, "NoResources", "None of the proxies is ready.");
    } else {
        let count = addresses.len();
        let message = if count > MAX_ADDRESSES {
            format!(
                "The proxies are ready. They have {count} addresses, of which {MAX_ADDRESSES} are listed."
            )
        } else {
            "The proxies are ready.".to_owned()
        };
        conditions.set("Programmed", true, "Programmed", message);
    }
    let address = |value: &String| {
        let r#type = if value.parse::<std::net::IpAddr>().is_ok() { "IPAddress" } else { "Hostname" };
        GatewayStatusAddress { r#type: Some(r#type.to_owned()), value: value.clone() }
    };
    addresses.iter().take(MAX_ADDRESSES).map(address).collect()
}

/// How many listener sets add at least one listener; absent when none does.
fn attached_sets(state: &GatewayState) -> Option<i32> {
    let adds = |set: &&SetState| {
        state.listeners_of(&set.object).any(|listener| listener.conditions.is_true("Accepted"))
    };
    i32::try_from(state.sets.iter().filter(adds).count()).ok().filter(|attached| *attached > 0)
}

/// The status of one listener of a Gateway or listener set.
pub(super) fn listener_status(cx: &ReadCx<'_>, listener: &ListenerState, fleet: &IrKey) -> ListenerStatus {
    let mut conditions = listener.conditions.clone();
    let mut problems = outcome::problems(cx, &listener.parent, Some(&listener.section), fleet);
    // Secrets have no status of their own.
    for secret in listener.secrets() {
        let object = &secret.origin.object;
        let of_secret = outcome::problems(cx, object, None, fleet).into_iter();
        problems.extend(of_secret.map(|problem| {
            let message = format!("{object}: {}", problem.message);
            Diagnostic { message, ..problem }
        }));
    }
    conditions.fail(&problems);
    let attached = cx.group_len::<AttachedRoutes>(&(listener.parent.clone(), listener.section.clone()));
    ListenerStatus {
        name: listener.section.to_string(),
        supported_kinds: listener
            .kinds
            .iter()
            .map(|kind| RouteGroupKind { group: Some(kind.group.to_owned()), kind: kind.kind.to_owned() })
            .collect(),
        attached_routes: i32::try_from(attached).unwrap_or(i32::MAX),
        conditions: conditions.into_list(),
    }
}
