//! Termination of TLS: certificates by name over SDS, no session resumption.
//!
//! API: `Gateway.spec.listeners[].tls`. Session tickets stay off because replicas do not share their keys.

use eg_diag::Diagnostic;
use eg_ir::listener::{ClientSettings, Listener, TerminateTls};

use super::client_certificate;
use crate::{Features, envoy::tls, secret};

/// The TLS of clients of which it is made how it is terminated.
#[derive(Clone, Copy, Debug)]
pub struct TlsCx<'a> {
    /// The socket.
    pub listener: &'a Listener,
    /// The certificates, and what the Gateway says besides.
    pub tls: &'a TerminateTls,
    /// What clients get.
    pub client: &'a ClientSettings,
}

/// How TLS connections of a chain are terminated.
pub(super) fn context(features: &Features, cx: TlsCx<'_>) -> Result<tls::DownstreamTlsContext, Diagnostic> {
    let TerminateTls { certificates, alpn, client } = cx.tls;
    let alpn = alpn.clone().unwrap_or_else(|| vec!["h2".to_owned(), "http/1.1".to_owned()]);
    let certificates = certificates.iter().map(secret::reference).collect();
    let mut context = tls::DownstreamTlsContext {
        common_tls_context: Some(tls::CommonTlsContext {
            alpn_protocols: alpn,
            tls_certificate_sds_secret_configs: certificates,
            ..tls::CommonTlsContext::default()
        }),
        disable_stateful_session_resumption: true,
        session_ticket_keys_type: Some(
            tls::downstream_tls_context::SessionTicketKeysType::DisableStatelessSessionResumption(true),
        ),
        ..tls::DownstreamTlsContext::default()
    };
    if let Some(client) = client {
        client_certificate::check(client, &mut context)?;
    }
    for feature in &features.listener {
        feature.terminate_tls(cx, &mut context)?;
    }
    Ok(context)
}
