//! Termination of TLS: certificates by name over SDS, no session resumption.
//!
//! API: `Gateway.spec.listeners[].tls`. Session tickets stay off because replicas do not share their keys.

use eg_ir::listener::TerminateTls;

use super::tls_client;
use crate::{envoy::tls, secret};

/// How TLS connections of a chain are terminated.
pub(super) fn context(
    TerminateTls { certificates, alpn, client }: &TerminateTls,
) -> tls::DownstreamTlsContext {
    let alpn = alpn.clone().unwrap_or_else(|| vec!["h2".to_owned(), "http/1.1".to_owned()]);
    let certificates = certificates.iter().map(secret::reference).collect();
    let mut context = tls::DownstreamTlsContext {
        common_tls_context: Some(tls::CommonTlsContext {
            alpn_protocols: alpn,
            tls_certificate_sds_secret_configs: certificates,
            validation_context_type: client.as_ref().map(tls_client::validation),
            ..tls::CommonTlsContext::default()
        }),
        disable_stateful_session_resumption: true,
        session_ticket_keys_type: Some(
            tls::downstream_tls_context::SessionTicketKeysType::DisableStatelessSessionResumption(true),
        ),
        ..tls::DownstreamTlsContext::default()
    };
    context.require_client_certificate = client.as_ref().map(tls_client::required);
    context
}
