//! Which protocol is spoken to the endpoints of a cluster.
//!
//! API: `Service.spec.ports[].appProtocol`, `Backend.spec.appProtocols`, and the kind of the route. HTTP/1.1 is Envoy's
//! default and needs no words, unless a ClientTrafficPolicy has some for its HTTP/1 clients
//! ([`crate::listener`]); nor do bytes that are forwarded as they are.

use eg_diag::{Diagnostic, FieldPath};
use eg_ir::{
    FeatureId,
    cluster::{Cluster, UpstreamProtocol, UpstreamTls},
};

use super::{ClusterDraft, ClusterFeature};
use crate::{
    envoy::{core, upstream_http},
    finding::not_expressible,
    listener::{CONNECTION_WINDOW, STREAM_WINDOW, client_http1},
};

/// Which protocol is spoken to the endpoints.
pub(super) struct Protocol;

impl ClusterFeature for Protocol {
    fn id(&self) -> FeatureId {
        FeatureId::new("backend_protocol")
    }

    fn cluster(&self, ir: &Cluster, draft: &mut ClusterDraft) -> Result<(), Diagnostic> {
        use upstream_http::http_protocol_options::{
            ExplicitHttpConfig, UpstreamProtocolOptions, explicit_http_config::ProtocolConfig,
        };
        let http1 = ir.http1.as_deref().map(client_http1::options).unwrap_or_default();
        match ir.protocol {
            // Where every endpoint speaks TLS, ALPN decides.
            UpstreamProtocol::Http1 if ir.tls.as_ref().is_some_and(|tls| negotiates(tls)) => {
                draft.http.upstream_protocol_options = Some(negotiated(http1));
                Ok(())
            }
            UpstreamProtocol::Opaque => Ok(()),
            UpstreamProtocol::Http1 if http1 == core::Http1ProtocolOptions::default() => Ok(()),
            UpstreamProtocol::Http1 | UpstreamProtocol::Http1Only => {
                draft.http.upstream_protocol_options = Some(explicit(http1));
                Ok(())
            }
            UpstreamProtocol::Http2 => {
                let config = ExplicitHttpConfig {
                    protocol_config: Some(ProtocolConfig::Http2ProtocolOptions(http2())),
                };
                draft.http.upstream_protocol_options =
                    Some(UpstreamProtocolOptions::ExplicitHttpConfig(config));
                Ok(())
            }
            other => Err(not_expressible(FieldPath::root(), format!("unknown upstream protocol {other:?}"))),
        }
    }
}

/// Whether every endpoint speaks TLS, and agrees on a protocol.
fn negotiates(tls: &UpstreamTls) -> bool {
    !tls.some_plain && tls.web_host.is_none()
}

pub(super) fn http2() -> core::Http2ProtocolOptions {
    core::Http2ProtocolOptions {
        initial_stream_window_size: Some(STREAM_WINDOW),
        initial_connection_window_size: Some(CONNECTION_WINDOW),
        ..core::Http2ProtocolOptions::default()
    }
}

/// What TLS negotiates: HTTP/2 or HTTP/1.1.
fn negotiated(
    http1: core::Http1ProtocolOptions,
) -> upstream_http::http_protocol_options::UpstreamProtocolOptions {
    use upstream_http::http_protocol_options::{AutoHttpConfig, UpstreamProtocolOptions};
    UpstreamProtocolOptions::AutoConfig(AutoHttpConfig {
        http_protocol_options: Some(http1),
        http2_protocol_options: Some(http2()),
        ..AutoHttpConfig::default()
    })
}

/// HTTP/1.1 and nothing else.
pub(super) fn http1() -> upstream_http::http_protocol_options::UpstreamProtocolOptions {
    explicit(core::Http1ProtocolOptions::default())
}

fn explicit(
    http1: core::Http1ProtocolOptions,
) -> upstream_http::http_protocol_options::UpstreamProtocolOptions {
    use upstream_http::http_protocol_options::{
        ExplicitHttpConfig, UpstreamProtocolOptions, explicit_http_config::ProtocolConfig,
    };
    let options = ProtocolConfig::HttpProtocolOptions(http1);
    UpstreamProtocolOptions::ExplicitHttpConfig(ExplicitHttpConfig { protocol_config: Some(options) })
}
