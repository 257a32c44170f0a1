//! Time limits towards clients.
//!
//! API: `ClientTrafficPolicy.spec.timeout`. IR: [`ClientTimeout`]. 0 is without limit. The limits of HTTP are for listeners
//! that serve it, `tcp.idleTimeout` is for those that do not, and the other ones of `tcp` are for all. A limit that is no
//! length of time fails closed.

use eg_api::v1alpha1::{
    ClientTimeout as Written, ClientTrafficPolicySpec, HttpClientTimeout, TcpClientTimeout,
};
use eg_diag::Code;
use eg_ir::{
    FeatureId, features,
    listener::{ClientSettings, ClientTimeout},
};

use super::ClientTraffic;
use crate::policy::reading::{ReadField, Reading};

static INVALID: Code = Code::error("invalid-client-timeout", "Accepted", "Invalid");

/// Time limits towards clients.
pub(super) struct ClientTimeoutField;

impl ReadField<ClientTraffic> for ClientTimeoutField {
    const ID: FeatureId = features::CLIENT_TIMEOUT;
    const NAME: &'static str = "timeout";
    const INVALID: &'static Code = &INVALID;
    type Written = Written;

    fn written(spec: &ClientTrafficPolicySpec) -> Option<&Written> {
        spec.timeout.as_ref()
    }

    fn read(
        Written { http, tcp }: &Written,
        _: &ClientTrafficPolicySpec,
        slot: &mut ClientSettings,
        mut reading: Reading<'_>,
    ) {
        let mut limits = ClientTimeout::default();
        if let Some(http) = http {
            let HttpClientTimeout {
                idle_timeout,
                request_headers_received_timeout,
                request_received_timeout,
                stream_idle_timeout,
            } = http;
            let mut http = reading.at("http");
            limits.idle_ms = http.millis("idleTimeout", idle_timeout.as_ref());
            limits.request_headers_ms =
                http.millis("requestHeadersReceivedTimeout", request_headers_received_timeout.as_ref());
            limits.request_ms = http.millis("requestReceivedTimeout", request_received_timeout.as_ref());
            limits.stream_idle_ms = http.millis("streamIdleTimeout", stream_idle_timeout.as_ref());
        }
        if let Some(tcp) = tcp {
            let TcpClientTimeout { connection_inspection_timeout, idle_timeout, tls_handshake_timeout } = tcp;
            let mut tcp = reading.at("tcp");
            limits.inspection_ms =
                tcp.millis("connectionInspectionTimeout", connection_inspection_timeout.as_ref());
            limits.tcp_idle_ms = tcp.millis("idleTimeout", idle_timeout.as_ref());
            limits.tls_handshake_ms = tcp.millis("tlsHandshakeTimeout", tls_handshake_timeout.as_ref());
        }
        slot.timeout = limits;
    }
}
