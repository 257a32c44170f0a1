//! Termination of TLS: certificates by name over SDS, no session resumption.
//!
//! API: `Gateway.spec.listeners[].tls`. Session tickets stay off because replicas do not share their keys.

use eg_ir::listener::TerminateTls;

use crate::envoy::{ads, tls};

/// How TLS connections of a chain are terminated.
pub(super) fn context(TerminateTls { certificates, alpn }: &TerminateTls) -> tls::DownstreamTlsContext {
    let alpn = alpn.clone().unwrap_or_else(|| vec!["h2".to_owned(), "http/1.1".to_owned()]);
    let certificate =
        |name: &eg_ir::Name| tls::SdsSecretConfig { name: name.to_string(), sds_config: Some(ads()) };
    tls::DownstreamTlsContext {
        common_tls_context: Some(tls::CommonTlsContext {
            alpn_protocols: alpn,
            tls_certificate_sds_secret_configs: certificates.iter().map(certificate).collect(),
            ..tls::CommonTlsContext::default()
        }),
        disable_stateful_session_resumption: true,
        session_ticket_keys_type: Some(
            tls::downstream_tls_context::SessionTicketKeysType::DisableStatelessSessionResumption(true),
        ),
        ..tls::DownstreamTlsContext::default()
    }
}
