//! HTTP/1 of clients.
//!
//! API: `ClientTrafficPolicy.spec.http1`. Envoy: `http_protocol_options` of the connection manager, and those of the clusters to
//! which the requests go ([`crate::cluster`]), because trailers and the case of header names would be lost there.

use eg_diag::Diagnostic;
use eg_ir::{FeatureId, features, listener::ClientHttp1 as Http1};

use super::ListenerFeature;
use crate::{
    envoy::{any, core, hcm, preserve_case},
    http::{ServerCx, string_matcher},
};

/// HTTP/1 of clients.
pub(super) struct ClientHttp1;

impl ListenerFeature for ClientHttp1 {
    fn id(&self) -> FeatureId {
        features::CLIENT_HTTP1
    }

    fn connection_manager(
        &self,
        cx: ServerCx<'_>,
        manager: &mut hcm::HttpConnectionManager,
    ) -> Result<(), Diagnostic> {
        if let Some(http1) = &cx.server.client.http1 {
            let ignored = http1.ignored_upgrades.iter().map(string_matcher).collect();
            manager.http_protocol_options =
                Some(core::Http1ProtocolOptions { ignore_http_11_upgrade: ignored, ..options(http1) });
        }
        Ok(())
    }
}

/// What both sides of a proxy have in common.
pub(crate) fn options(
    Http1 { trailers, header_case, http10, default_host, ignored_upgrades: _ }: &Http1,
) -> core::Http1ProtocolOptions {
    use core::http1_protocol_options::{HeaderKeyFormat, header_key_format::HeaderFormat};
    let keeps_case = || {
        let formatter = core::TypedExtensionConfig {
            name: "preserve_case".to_owned(),
            typed_config: Some(any(&preserve_case::PreserveCaseFormatterConfig::default())),
        };
        HeaderKeyFormat { header_format: Some(HeaderFormat::StatefulFormatter(formatter)) }
    };
    core::Http1ProtocolOptions {
        enable_trailers: *trailers,
        header_key_format: header_case.then(keeps_case),
        accept_http_10: *http10,
        default_host_for_http_10: default_host.as_deref().unwrap_or_default().to_owned(),
        ..core::Http1ProtocolOptions::default()
    }
}
