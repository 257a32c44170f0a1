//! The server name of a TLS connection is read before a filter chain is chosen.
//!
//! API: `Gateway.spec.listeners[].hostname` of listeners for HTTPS and TLS, and `ClientTrafficPolicy.spec.tls.fingerprints`. Envoy:
//! the listener filter `tls_inspector`, on sockets with a filter chain that is chosen by server name, or for which a policy wants
//! fingerprints of clients.
//!
//! Fail mode: closed. A connection whose server name no chain serves is closed.

use eg_diag::Diagnostic;
use eg_ir::{FeatureId, listener::Listener};

use super::ListenerFeature;
use crate::envoy::{any, listener as pb, tls_inspector};

/// Reads the server name where some chain asks for it, and fingerprints where some policy does.
pub(super) struct TlsInspector;

impl ListenerFeature for TlsInspector {
    fn id(&self) -> FeatureId {
        FeatureId::new("tls_inspector")
    }

    fn listener(&self, ir: &Listener, listener: &mut pb::Listener) -> Result<(), Diagnostic> {
        let of_http = ir.tls_chains.iter().map(|chain| &chain.server_names);
        let of_streams = ir.streams.iter().flat_map(|server| &server.chains).map(|chain| &chain.server_names);
        let named = of_http.chain(of_streams).any(|names| !names.is_empty());
        let of_http = ir.tls_chains.iter().map(|chain| &chain.http.client);
        let clients = of_http.chain(ir.streams.iter().map(|server| &server.client));
        let tls: Vec<_> = clients.filter_map(|client| client.tls.as_ref()).collect();
        let (ja3, ja4) = (tls.iter().any(|tls| tls.ja3), tls.iter().any(|tls| tls.ja4));
        if named || ja3 || ja4 {
            let config = tls_inspector::TlsInspector {
                enable_ja3_fingerprinting: ja3.then_some(true),
                enable_ja4_fingerprinting: ja4.then_some(true),
                ..tls_inspector::TlsInspector::default()
            };
            listener.listener_filters.push(pb::ListenerFilter {
                name: "envoy.filters.listener.tls_inspector".to_owned(),
                config_type: Some(pb::listener_filter::ConfigType::TypedConfig(any(&config))),
                ..pb::ListenerFilter::default()
            });
        }
        Ok(())
    }
}
