//! Time limits towards clients.
//!
//! API: `ClientTrafficPolicy.spec.timeout`. IR: [`ClientTimeout`]. 0 is without limit. The limits of HTTP are for listeners
//! that serve it, `tcp.idleTimeout` is for those that do not, and the other ones of `tcp` are for all. A limit that is no
//! length of time fails closed.

use eg_api::{
    meta::Duration,
    v1alpha1::{ClientTimeout as Written, HttpClientTimeout, TcpClientTimeout},
};
use eg_diag::{Code, Diagnostic, FieldPath};
use eg_ir::{
    FeatureId, features,
    listener::{ClientSettings, ClientTimeout},
};

use super::ClientTraffic;
use crate::{
    duration::millis,
    policy::{Declared, FieldCx, PolicyField},
};

static INVALID: Code = Code::error("invalid-client-timeout", "Accepted", "Invalid");

/// Time limits towards clients.
pub(super) struct ClientTimeoutField;

impl PolicyField<ClientTraffic> for ClientTimeoutField {
    fn id(&self) -> FeatureId {
        features::CLIENT_TIMEOUT
    }

    fn is_set(&self, policy: &Declared<'_, ClientTraffic>) -> bool {
        policy.spec.timeout.is_some()
    }

    fn validate(&self, policy: &Declared<'_, ClientTraffic>, problems: &mut Vec<Diagnostic>) {
        lower(policy, problems);
    }

    fn lower(
        &self,
        cx: &FieldCx<'_, '_, ClientTraffic>,
        slot: &mut ClientSettings,
    ) -> Result<(), Diagnostic> {
        slot.timeout = lower(cx.policy, &mut Vec::new());
        Ok(())
    }
}

fn lower(policy: &Declared<'_, ClientTraffic>, problems: &mut Vec<Diagnostic>) -> ClientTimeout {
    let Some(Written { http, tcp }) = &policy.spec.timeout else { return ClientTimeout::default() };
    let at = FieldPath::spec().field("timeout");
    let mut limit = |duration: &Option<Duration>, at: FieldPath| match millis(duration.as_ref()?) {
        Ok(millis) => Some(millis),
        Err(message) => {
            problems.push(Diagnostic::new(&INVALID, at, message));
            None
        }
    };
    let mut limits = ClientTimeout::default();
    if let Some(http) = http {
        let HttpClientTimeout {
            idle_timeout,
            request_headers_received_timeout,
            request_received_timeout,
            stream_idle_timeout,
        } = http;
        let at = at.field("http");
        limits.idle_ms = limit(idle_timeout, at.field("idleTimeout"));
        limits.request_headers_ms =
            limit(request_headers_received_timeout, at.field("requestHeadersReceivedTimeout"));
        limits.request_ms = limit(request_received_timeout, at.field("requestReceivedTimeout"));
        limits.stream_idle_ms = limit(stream_idle_timeout, at.field("streamIdleTimeout"));
    }
    if let Some(tcp) = tcp {
        let TcpClientTimeout { connection_inspection_timeout, idle_timeout, tls_handshake_timeout } = tcp;
        let at = at.field("tcp");
        limits.inspection_ms = limit(connection_inspection_timeout, at.field("connectionInspectionTimeout"));
        limits.tcp_idle_ms = limit(idle_timeout, at.field("idleTimeout"));
        limits.tls_handshake_ms = limit(tls_handshake_timeout, at.field("tlsHandshakeTimeout"));
    }
    limits
}
