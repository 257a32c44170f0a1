//! The server name of a TLS connection is read before a filter chain is chosen.
//!
//! API: `Gateway.spec.listeners[].hostname` of listeners for HTTPS and TLS. Envoy: the listener filter `tls_inspector`, on
//! sockets with a filter chain that is chosen by server name.
//!
//! Fail mode: closed. A connection whose server name no chain serves is closed.

use eg_diag::Diagnostic;
use eg_ir::{FeatureId, listener::Listener};

use super::ListenerFeature;
use crate::envoy::{any, listener as pb, tls_inspector};

/// Reads the server name where some chain asks for it.
pub(super) struct TlsInspector;

impl ListenerFeature for TlsInspector {
    fn id(&self) -> FeatureId {
        FeatureId::new("tls_inspector")
    }

    fn listener(&self, ir: &Listener, listener: &mut pb::Listener) -> Result<(), Diagnostic> {
        let of_http = ir.tls_chains.iter().map(|chain| &chain.server_names);
        let of_streams = ir.streams.iter().flat_map(|server| &server.chains).map(|chain| &chain.server_names);
        if of_http.chain(of_streams).any(|names| !names.is_empty()) {
            let config = tls_inspector::TlsInspector::default();
            listener.listener_filters.push(pb::ListenerFilter {
                name: "envoy.filters.listener.tls_inspector".to_owned(),
                config_type: Some(pb::listener_filter::ConfigType::TypedConfig(any(&config))),
                ..pb::ListenerFilter::default()
            });
        }
        Ok(())
    }
}
