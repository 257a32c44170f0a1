//! Limits and buffers of client connections.
//!
//! API: `ClientTrafficPolicy.spec.connection`, and `http1.disableSafeMaxConnectionDuration`, which says how HTTP/1 connections
//! end that are too old. IR: [`ClientConnection`]. A time, a size or a number that is none fails closed.

use eg_api::v1alpha1::{ClientConnection as Written, ClientTrafficPolicySpec, ConnectionLimit};
use eg_diag::Code;
use eg_ir::{
    FeatureId, features,
    listener::{ClientConnection, ClientSettings},
};

use super::ClientTraffic;
use crate::policy::reading::{ReadField, Reading};

static INVALID: Code = Code::error("invalid-client-connection", "Accepted", "Invalid");

/// Limits and buffers of client connections.
pub(super) struct ClientConnectionField;

impl ReadField<ClientTraffic> for ClientConnectionField {
    const ID: FeatureId = features::CLIENT_CONNECTION;
    const NAME: &'static str = "connection";
    const INVALID: &'static Code = &INVALID;
    type Written = Written;

    fn written(spec: &ClientTrafficPolicySpec) -> Option<&Written> {
        spec.connection.as_ref()
    }

    fn read(
        written: &Written,
        spec: &ClientTrafficPolicySpec,
        slot: &mut ClientSettings,
        mut reading: Reading<'_>,
    ) {
        // The buffers of the socket are accepted for compatibility, without effect.
        let Written { buffer_limit, connection_limit, max_accept_per_socket_event, socket_buffer_limit: _ } =
            written;
        let mut lowered = ClientConnection {
            buffer_bytes: reading.bytes("bufferLimit", buffer_limit.as_ref(), 0..=u32::MAX),
            ..ClientConnection::default()
        };
        if let Some(accept) = max_accept_per_socket_event {
            let accept =
                u32::try_from(*accept).map_err(|_| format!("expected no negative number, found {accept}"));
            lowered.accept_per_event = reading.at("maxAcceptPerSocketEvent").value(accept);
        }
        if let Some(limits) = connection_limit {
            let ConnectionLimit {
                close_delay,
                max_connection_duration,
                max_requests_per_connection,
                max_stream_duration,
                value,
            } = limits;
            let mut limit = reading.at("connectionLimit");
            lowered.close_delay_ms = limit.millis("closeDelay", close_delay.as_ref());
            lowered.max_duration_ms = limit.millis("maxConnectionDuration", max_connection_duration.as_ref());
            lowered.max_stream_ms = limit.millis("maxStreamDuration", max_stream_duration.as_ref());
            lowered.max_connections = value.and_then(|value| u64::try_from(value).ok());
            lowered.max_requests =
                max_requests_per_connection.and_then(|requests| u32::try_from(requests).ok());
            let http1 = spec.http1.as_ref();
            lowered.closes_http1_at_once =
                http1.and_then(|http1| http1.disable_safe_max_connection_duration).unwrap_or_default();
        }
        slot.connection = lowered;
    }
}
