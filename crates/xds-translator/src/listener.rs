//! Listeners: sockets, filter chains and connection managers.

use std::sync::Arc;

use eg_diag::Diagnostic;
use eg_ir::{
    FeatureId,
    listener::{HttpServer, Listener, TlsChain},
};

use crate::{
    Features,
    envoy::{any, core, hcm, listener as pb, socket_address, tls},
    http::ServerCx,
};

mod access_log;
mod connection_manager;
mod ready;
mod terminate_tls;
mod tls_client;
mod tls_inspector;

pub(crate) use connection_manager::{CONNECTION_WINDOW, STREAM_WINDOW};
pub(crate) use ready::{name as ready_name, ready};

/// What a connection may have buffered before it is no longer read, in bytes.
const BUFFER_LIMIT: u32 = 32 * 1024;
/// How many connections a worker accepts before it serves those it has.
const ACCEPT_PER_EVENT: u32 = 1;

/// The built-in features, in the order in which they see a listener.
pub(crate) fn features() -> Vec<Arc<dyn ListenerFeature>> {
    vec![Arc::new(access_log::AccessLog), Arc::new(tls_inspector::TlsInspector)]
}

/// What one feature of sockets and connections becomes in Envoy.
///
/// Implemented in the feature's module, or by a vendor. The methods are pure and run for listeners that changed; a
/// listener whose feature returns a diagnostic keeps its last good form, and is left out when it has none.
pub trait ListenerFeature: Send + Sync + 'static {
    /// The name that the feature has everywhere.
    fn id(&self) -> FeatureId;

    /// Configures the socket. The filter chains are there already.
    fn listener(&self, ir: &Listener, listener: &mut pb::Listener) -> Result<(), Diagnostic> {
        let _ = (ir, listener);
        Ok(())
    }

    /// Configures how HTTP connections are served.
    fn connection_manager(
        &self,
        cx: ServerCx<'_>,
        manager: &mut hcm::HttpConnectionManager,
    ) -> Result<(), Diagnostic> {
        let _ = (cx, manager);
        Ok(())
    }

    /// Configures how TLS is terminated.
    fn terminate_tls(
        &self,
        chain: &TlsChain,
        context: &mut tls::DownstreamTlsContext,
    ) -> Result<(), Diagnostic> {
        let _ = (chain, context);
        Ok(())
    }
}

/// Emits one listener.
pub(crate) fn emit(features: &Features, ir: &Listener) -> Result<pb::Listener, Diagnostic> {
    let Listener { name, address, port, ipv4_compat, tls_chains, http } = ir;
    let mut listener = pb::Listener {
        name: name.to_string(),
        address: Some(socket_address(address, *port, *ipv4_compat)),
        per_connection_buffer_limit_bytes: Some(BUFFER_LIMIT),
        max_connections_to_accept_per_socket_event: Some(ACCEPT_PER_EVENT),
        ..pb::Listener::default()
    };
    if let Some(server) = http {
        let cx = ServerCx { listener: ir, server, tls: false };
        listener.default_filter_chain = Some(pb::FilterChain {
            name: server.routes.to_string(),
            filters: vec![connection_manager::filter(features, cx)?],
            ..pb::FilterChain::default()
        });
    }
    for chain in tls_chains {
        listener.filter_chains.push(tls_chain(features, ir, chain)?);
    }
    for feature in &features.listener {
        feature.listener(ir, &mut listener)?;
    }
    Ok(listener)
}

fn tls_chain(features: &Features, ir: &Listener, chain: &TlsChain) -> Result<pb::FilterChain, Diagnostic> {
    let TlsChain { name, server_names, tls, http } = chain;
    let mut context = terminate_tls::context(tls);
    for feature in &features.listener {
        feature.terminate_tls(chain, &mut context)?;
    }
    let cx = ServerCx { listener: ir, server: http, tls: true };
    Ok(pb::FilterChain {
        name: name.to_string(),
        filter_chain_match: (!server_names.is_empty()).then(|| pb::FilterChainMatch {
            server_names: server_names.iter().map(ToString::to_string).collect(),
            ..pb::FilterChainMatch::default()
        }),
        filters: vec![connection_manager::filter(features, cx)?],
        transport_socket: Some(core::TransportSocket {
            name: "envoy.transport_sockets.tls".to_owned(),
            config_type: Some(core::transport_socket::ConfigType::TypedConfig(any(&context))),
        }),
        ..pb::FilterChain::default()
    })
}

/// The HTTP servers of a listener, with whether they speak TLS.
pub(crate) fn servers(ir: &Listener) -> impl Iterator<Item = (&HttpServer, bool)> {
    let plain = ir.http.iter().map(|server| (&**server, false));
    plain.chain(ir.tls_chains.iter().map(|chain| (&*chain.http, true)))
}
