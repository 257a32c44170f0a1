//! TLS with clients.
//!
//! API: `ClientTrafficPolicy.spec.tls`. Envoy: the downstream TLS context of the filter chains. What the policy says goes before
//! what the Gateway says: protocols that are named are offered whatever certificates overlap, and certificates of clients are
//! checked as the policy wants it. Fingerprints of clients are computed by the filter `tls_inspector`.

use eg_diag::Diagnostic;
use eg_ir::{FeatureId, features, listener::ClientTls as Tls};

use super::{ListenerFeature, TlsCx, client_certificate};
use crate::{
    envoy::tls::{self, downstream_tls_context::SessionTicketKeysType},
    tls_parameters,
};

/// TLS with clients.
pub(super) struct ClientTls;

impl ListenerFeature for ClientTls {
    fn id(&self) -> FeatureId {
        features::CLIENT_TLS
    }

    fn terminate_tls(
        &self,
        cx: TlsCx<'_>,
        context: &mut tls::DownstreamTlsContext,
    ) -> Result<(), Diagnostic> {
        let Some(settings) = &cx.client.tls else { return Ok(()) };
        let Tls { parameters, alpn, ja3: _, ja4: _, stateful_resumption, stateless_resumption, validation } =
            &**settings;
        let common = context.common_tls_context.get_or_insert_default();
        common.tls_params = Some(tls_parameters::emit(parameters));
        if let Some(alpn) = alpn {
            common.alpn_protocols.clone_from(alpn);
        }
        context.disable_stateful_session_resumption = !stateful_resumption;
        context.session_ticket_keys_type =
            (!stateless_resumption).then_some(SessionTicketKeysType::DisableStatelessSessionResumption(true));
        if let Some(validation) = validation {
            client_certificate::check(validation, context)?;
        }
        Ok(())
    }
}
