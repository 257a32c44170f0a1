//! What happens to headers between clients and the features of routes.
//!
//! API: `ClientTrafficPolicy.spec.headers`. Envoy: the connection manager, its extension for early changes of headers, and
//! for late changes of responses the filter `header_mutation`, which [`crate::http`] has under the same name.

use eg_diag::Diagnostic;
use eg_ir::{
    FeatureId, features,
    listener::{
        CertDetail, ClientHeaders as Headers, ForwardMode, ForwardedClientCert, RequestId, Underscores,
    },
};

use super::ListenerFeature;
use crate::{
    envoy::{any, core, early_header_mutation, hcm},
    http::{ServerCx, header_mutations},
};

/// The name of the extension for early changes.
const EARLY: &str = "envoy.http.early_header_mutation.header_mutation";

/// What happens to headers between clients and the features of routes.
pub(super) struct ClientHeaders;

impl ListenerFeature for ClientHeaders {
    fn id(&self) -> FeatureId {
        features::CLIENT_HEADERS
    }

    fn connection_manager(
        &self,
        cx: ServerCx<'_>,
        manager: &mut hcm::HttpConnectionManager,
    ) -> Result<(), Diagnostic> {
        let Headers {
            underscores,
            request_id,
            early_request,
            strip_trailing_host_dot,
            max_request_kib,
            forwarded_client_cert,
            // The router adds Envoy's own headers, and filters those of rate limits and the late changes.
            envoy_headers: _,
            no_rate_limit_headers: _,
            late_response: _,
        } = &cx.server.client.headers;
        let options = manager.common_http_protocol_options.get_or_insert_default();
        options.headers_with_underscores_action = underscores_action(*underscores).into();
        if let Some(request_id) = request_id {
            use RequestId::{Generate, Preserve, PreserveOrGenerate};
            manager.generate_request_id = Some(matches!(request_id, PreserveOrGenerate | Generate));
            manager.preserve_external_request_id = matches!(request_id, PreserveOrGenerate | Preserve);
        }
        if !early_request.is_empty() {
            let mutation =
                early_header_mutation::HeaderMutation { mutations: header_mutations(early_request) };
            manager.early_header_mutation_extensions.push(core::TypedExtensionConfig {
                name: EARLY.to_owned(),
                typed_config: Some(any(&mutation)),
            });
        }
        manager.strip_trailing_host_dot = *strip_trailing_host_dot;
        manager.max_request_headers_kb = *max_request_kib;
        if let Some(forwarded) = forwarded_client_cert {
            forward_certificate(forwarded, manager);
        }
        Ok(())
    }
}

fn underscores_action(underscores: Underscores) -> core::http_protocol_options::HeadersWithUnderscoresAction {
    use core::http_protocol_options::HeadersWithUnderscoresAction as Action;
    match underscores {
        Underscores::Reject => Action::RejectRequest,
        Underscores::Allow => Action::Allow,
        Underscores::Drop => Action::DropHeader,
    }
}

fn forward_certificate(
    ForwardedClientCert { mode, details }: &ForwardedClientCert,
    manager: &mut hcm::HttpConnectionManager,
) {
    use hcm::http_connection_manager::{ForwardClientCertDetails as Mode, SetCurrentClientCertDetails};
    let mode = match mode {
        ForwardMode::Sanitize => Mode::Sanitize,
        ForwardMode::ForwardOnly => Mode::ForwardOnly,
        ForwardMode::AppendForward => Mode::AppendForward,
        ForwardMode::SanitizeSet => Mode::SanitizeSet,
        ForwardMode::AlwaysForwardOnly => Mode::AlwaysForwardOnly,
    };
    manager.forward_client_cert_details = mode.into();
    if details.is_empty() {
        return;
    }
    let says = |detail| details.contains(&detail);
    manager.set_current_client_cert_details = Some(SetCurrentClientCertDetails {
        subject: says(CertDetail::Subject).then_some(true),
        cert: says(CertDetail::Cert),
        chain: says(CertDetail::Chain),
        dns: says(CertDetail::Dns),
        uri: says(CertDetail::Uri),
        ..SetCurrentClientCertDetails::default()
    });
}
