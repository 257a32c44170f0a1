//! What the clients of each listener of a Gateway get, and what becomes of the policies that say so.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use eg_diag::{Code, Diagnostic, FieldPath, ObjectRef};
use eg_ir::{Secret, listener::ClientSettings};

use super::{ClientTraffic, ListenerProtocol, client_http1, client_http3, client_tls::ClientAuthoritiesOf};
use crate::{
    engine::{ReadCx, Unit},
    fanout::ListenerKey,
    gateway::{
        ClassListeners, GatewayOf, GatewayState, ListenerState,
        view::{BindView, Protocol},
    },
    policy::{
        ancestor::add,
        attach::{EffectivePolicy, Scope},
        field::LoweredPolicy,
        gateway::{Outcomes, report},
        merge::Applied,
    },
};

static SHARED_PORT: Code = Code::error("policy-for-part-of-a-port", "Accepted", "Invalid");

/// What the clients of a listener get.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct ListenerClient {
    pub(crate) settings: Arc<ClientSettings>,
    /// The secret that they name.
    pub(crate) authorities: Option<Arc<Secret>>,
    /// Whether the policy in force could not be lowered, so that no request may be served.
    pub(crate) closed: bool,
}

/// What the clients of the listeners of a Gateway get.
pub(crate) struct ListenerClients;

/// What the clients of each listener get that a policy is in force for. A panic leaves it unsettled.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Clients {
    settled: Option<Arc<BTreeMap<ListenerKey, ListenerClient>>>,
}

impl Clients {
    /// What the clients of a listener get. Where that could not be settled, no request may be served.
    pub(crate) fn of(&self, listener: &ListenerKey) -> ListenerClient {
        match &self.settled {
            Some(settled) => settled.get(listener).cloned().unwrap_or_default(),
            None => ListenerClient { closed: true, ..ListenerClient::default() },
        }
    }
}

impl Unit for ListenerClients {
    /// The Gateway.
    type Key = ObjectRef;
    type Out = Clients;
    const NAME: &'static str = "listener_clients";
    const RANK: u8 = 5;

    fn compute(cx: &ReadCx<'_>, key: &ObjectRef) -> Clients {
        let state = cx.unit::<GatewayOf>(key);
        let mut settled = BTreeMap::new();
        if let Some(state) = state.as_ref().as_ref().filter(|state| state.problem.is_none()) {
            let ports = Ports::of(cx, key, state);
            let mut outcomes = BTreeMap::new();
            for listener in &state.listeners {
                if let Some(client) = settle(cx, key, (state, listener), &ports, &mut outcomes) {
                    settled.insert(listener.key(), client);
                }
            }
            report::<ClientTraffic>(cx, key, state, outcomes);
        }
        Clients { settled: Some(Arc::new(settled)) }
    }
}

/// The scopes that a listener is in, the most specific first.
fn scopes(gateway: &ObjectRef, listener: &ListenerState) -> Vec<Scope> {
    let mut scopes =
        vec![Scope::section(&listener.parent, &listener.section), Scope::whole(&listener.parent)];
    if listener.parent != *gateway {
        scopes.push(Scope::whole(gateway));
    }
    scopes
}

/// What the clients of one listener get; `None` when no policy is in force.
fn settle(
    cx: &ReadCx<'_>,
    gateway: &ObjectRef,
    (state, listener): (&GatewayState, &ListenerState),
    ports: &Ports,
    outcomes: &mut Outcomes,
) -> Option<ListenerClient> {
    let scopes = scopes(gateway, listener);
    let holders = cx.unit::<EffectivePolicy<ClientTraffic>>(&scopes);
    let (in_force, overridden) = holders.split_first()?;
    for holder in overridden {
        let outcome = outcomes.entry(scopes.get(holder.scope)?.clone()).or_default();
        outcome.overridden_in.insert(Arc::clone(&listener.section));
    }
    if !listener.ready() {
        return None;
    }
    let scope = scopes.get(in_force.scope)?;
    let outcome = outcomes.entry(scope.clone()).or_default();
    if let Some(problem) = ports.not_covered(gateway, scope, listener) {
        add(&mut outcome.problems, &problem);
        return None;
    }
    let place = ListenerProtocol::of(listener.protocol?)?;
    let lowered = cx.unit::<LoweredPolicy<ClientTraffic>>(&(Applied::alone(&in_force.policy), place));
    lowered.problems.iter().for_each(|problem| add(&mut outcome.problems, problem));
    let mut settings = Arc::clone(&lowered.slot);
    let mut closed = !lowered.problems.is_empty();
    if settings.http1.as_ref().is_some_and(|http1| http1.http10) {
        let view = || BindView::of_one(cx, gateway, state, listener);
        match client_http1::default_host(cx, &in_force.policy, view) {
            Ok(None) => {}
            Ok(host) => {
                if let Some(http1) = &mut Arc::make_mut(&mut settings).http1 {
                    Arc::make_mut(http1).default_host = host;
                }
            }
            Err(problem) => {
                add(&mut outcome.problems, &problem);
                Arc::make_mut(&mut settings).http1 = None;
                closed = true;
            }
        }
    }
    if settings.http3
        && let Some(refusal) = client_http3::refusal(listener, &state.listeners, &settings)
    {
        add(&mut outcome.warnings, &refusal);
        Arc::make_mut(&mut settings).http3 = false;
    }
    let authorities = authorities(cx, &in_force.policy, &settings);
    Some(ListenerClient { settings, authorities, closed })
}

/// The secret that the settings of a policy name.
fn authorities(cx: &ReadCx<'_>, policy: &ObjectRef, settings: &ClientSettings) -> Option<Arc<Secret>> {
    settings.tls.as_ref()?.validation.as_ref()?.trusted_ca.as_ref()?;
    cx.unit::<ClientAuthoritiesOf>(policy).0.clone()?.ok()
}

/// The listeners for plain HTTP of a fleet, by port.
#[derive(Default)]
struct Ports(BTreeMap<u16, Port>);

/// Who has listeners for plain HTTP on a port.
#[derive(Default)]
struct Port {
    listeners: usize,
    gateways: BTreeSet<ObjectRef>,
    parents: BTreeSet<ObjectRef>,
}

impl Ports {
    fn of(cx: &ReadCx<'_>, gateway: &ObjectRef, state: &GatewayState) -> Self {
        let mut ports = Self::default();
        if state.class.merged {
            for (gateway, listeners) in cx.unit::<ClassListeners>(&state.class.name).iter() {
                ports.add(gateway, listeners);
            }
        } else {
            ports.add(gateway, &state.listeners);
        }
        ports
    }

    fn add(&mut self, gateway: &ObjectRef, listeners: &[ListenerState]) {
        let plain = |listener: &&ListenerState| listener.ready() && listener.protocol == Some(Protocol::Http);
        for listener in listeners.iter().filter(plain) {
            let port = self.0.entry(listener.port).or_default();
            port.listeners += 1;
            port.gateways.insert(gateway.clone());
            port.parents.insert(listener.parent.clone());
        }
    }

    /// Why a policy that has this scope cannot be in force for a listener: it shares its connection manager with listeners
    /// that the scope does not cover.
    fn not_covered(
        &self,
        gateway: &ObjectRef,
        scope: &Scope,
        listener: &ListenerState,
    ) -> Option<Diagnostic> {
        let port = self.0.get(&listener.port).filter(|_| listener.protocol == Some(Protocol::Http))?;
        let covered = match &scope.section {
            Some(_) => port.listeners <= 1,
            None if scope.object == *gateway => port.gateways.len() <= 1,
            None => port.parents.len() <= 1,
        };
        if covered {
            return None;
        }
        let target = match &scope.section {
            Some(section) => format!("section {section} of {}", scope.object),
            None => scope.object.to_string(),
        };
        let message = format!(
            "listeners for HTTP on port {} share their settings, and {target} is only a part of them",
            listener.port
        );
        Some(Diagnostic::new(&SHARED_PORT, FieldPath::root(), message))
    }
}
