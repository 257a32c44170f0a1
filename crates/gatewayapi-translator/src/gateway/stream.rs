//! Listeners for TLS, TCP and UDP: what serves them, and the routes that do.

use std::{collections::BTreeMap, collections::BTreeSet, sync::Arc};

use eg_diag::ObjectRef;
use eg_ir::{
    IrKey, Name, Origin, Secret,
    listener::{ClientSettings, StreamChain, StreamServer, StreamTls, TerminateTls},
};

use super::{
    fanout::tls,
    listener::ListenerState,
    state::{GatewayOf, GatewayState},
    view::Protocol,
};
use crate::{
    engine::{ReadCx, Unit},
    fanout::StreamRoutes,
    names,
    policy::client_traffic::listener::ListenerClients,
};

/// What serves a listener, without its routes.
pub(super) fn server(
    cx: &ReadCx<'_>,
    listener: &ListenerState,
    (name, origin): (&Name, &Origin),
    client: &Arc<ClientSettings>,
) -> StreamServer {
    StreamServer {
        name: name.clone(),
        origin: origin.clone().section(listener.section.clone()),
        stat_port: names::by_port(&cx.env().settings).then_some(listener.port),
        client: Arc::clone(client),
        tls: match listener.protocol {
            Some(Protocol::Tls { passthrough: true }) => StreamTls::Passthrough,
            // Nothing is known of what is spoken inside, so that no protocol is offered.
            Some(Protocol::Tls { passthrough: false }) => {
                StreamTls::Terminate(TerminateTls { alpn: Some(Vec::new()), ..tls(listener) })
            }
            _ => StreamTls::None,
        },
        chains: Vec::new(),
    }
}

/// The server names of a socket for which there is a filter chain already; Envoy refuses a listener with two for one name.
#[derive(Default)]
pub(super) struct Claimed(BTreeSet<Name>);

impl Claimed {
    /// Claims the names of a chain; none stands for every name.
    pub(super) fn claim_all(&mut self, server_names: &[Name]) {
        self.0.extend(server_names.iter().cloned());
        if server_names.is_empty() {
            self.0.insert("*".into());
        }
    }

    /// The server with its routes: one chain for each, with the names that no earlier route has.
    pub(super) fn with_routes(
        &mut self,
        cx: &ReadCx<'_>,
        fleet: &IrKey,
        server: &StreamServer,
    ) -> Arc<StreamServer> {
        let mut chains: Vec<StreamChain> = Vec::new();
        let routes = cx.group::<StreamRoutes>(&(fleet.clone(), server.name.clone()));
        for ((_, host), route) in routes.iter() {
            if !self.0.insert(host.clone()) {
                continue;
            }
            let names = if &**host == "*" { None } else { Some(host.clone()) };
            match chains.last_mut().filter(|chain| chain.route.name == route.name) {
                Some(chain) => chain.server_names.extend(names),
                None => chains.push(StreamChain {
                    server_names: names.into_iter().collect(),
                    route: Arc::clone(route),
                }),
            }
        }
        Arc::new(StreamServer { chains, ..server.clone() })
    }
}

/// The secrets of the listeners of a Gateway that terminate TLS for routes of connections, by IR listener. They are sent to
/// proxies together with the first route, because without routes there is no filter chain that names them.
pub(crate) struct StreamSecrets;

impl Unit for StreamSecrets {
    /// The Gateway.
    type Key = ObjectRef;
    type Out = BTreeMap<Name, Vec<Arc<Secret>>>;
    const NAME: &'static str = "stream_secrets";
    const RANK: u8 = 6;

    fn compute(cx: &ReadCx<'_>, key: &ObjectRef) -> Self::Out {
        let state = cx.unit::<GatewayOf>(key);
        let listeners = state.iter().flat_map(|state: &Arc<GatewayState>| &state.listeners);
        let terminating =
            listeners.filter(|listener| listener.protocol == Some(Protocol::Tls { passthrough: false }));
        let clients = cx.unit::<ListenerClients>(key);
        let secrets = terminating.map(|listener| {
            let by_policy = clients.of(&listener.key()).authorities;
            (listener.ir_name(key), listener.secrets().cloned().chain(by_policy).collect())
        });
        secrets.collect()
    }
}
