//! Limits and buffers of client connections.
//!
//! API: `ClientTrafficPolicy.spec.connection`, and `http1.disableSafeMaxConnectionDuration`, which says how HTTP/1 connections
//! end that are too old. IR: [`ClientConnection`]. A time, a size or a number that is none fails closed.

use eg_api::{
    meta::{Duration, Quantity},
    v1alpha1::{ClientConnection as Written, ConnectionLimit},
};
use eg_diag::{Code, Diagnostic, FieldPath};
use eg_ir::{
    FeatureId, features,
    listener::{ClientConnection, ClientSettings},
};

use super::ClientTraffic;
use crate::{
    duration::millis,
    policy::{Declared, FieldCx, PolicyField},
};

static INVALID: Code = Code::error("invalid-client-connection", "Accepted", "Invalid");

/// Limits and buffers of client connections.
pub(super) struct ClientConnectionField;

impl PolicyField<ClientTraffic> for ClientConnectionField {
    fn id(&self) -> FeatureId {
        features::CLIENT_CONNECTION
    }

    fn is_set(&self, policy: &Declared<'_, ClientTraffic>) -> bool {
        policy.spec.connection.is_some()
    }

    fn validate(&self, policy: &Declared<'_, ClientTraffic>, problems: &mut Vec<Diagnostic>) {
        lower(policy, problems);
    }

    fn lower(
        &self,
        cx: &FieldCx<'_, '_, ClientTraffic>,
        slot: &mut ClientSettings,
    ) -> Result<(), Diagnostic> {
        slot.connection = lower(cx.policy, &mut Vec::new());
        Ok(())
    }
}

fn lower(policy: &Declared<'_, ClientTraffic>, problems: &mut Vec<Diagnostic>) -> ClientConnection {
    let Some(connection) = &policy.spec.connection else { return ClientConnection::default() };
    // The buffers of the socket are accepted for compatibility, without effect.
    let Written { buffer_limit, connection_limit, max_accept_per_socket_event, socket_buffer_limit: _ } =
        connection;
    let at = FieldPath::spec().field("connection");
    let mut lowered = ClientConnection::default();
    if let Some(limit) = buffer_limit {
        lowered.buffer_bytes = known(bytes(limit), at.field("bufferLimit"), problems);
    }
    if let Some(accept) = max_accept_per_socket_event {
        let accept =
            u32::try_from(*accept).map_err(|_| format!("expected no negative number, found {accept}"));
        lowered.accept_per_event = known(accept, at.field("maxAcceptPerSocketEvent"), problems);
    }
    let Some(limits) = connection_limit else { return lowered };
    let ConnectionLimit {
        close_delay,
        max_connection_duration,
        max_requests_per_connection,
        max_stream_duration,
        value,
    } = limits;
    let at = at.field("connectionLimit");
    let mut time = |duration: &Option<Duration>, field| {
        let duration = duration.as_ref()?;
        known(millis(duration), at.field(field), problems)
    };
    lowered.close_delay_ms = time(close_delay, "closeDelay");
    lowered.max_duration_ms = time(max_connection_duration, "maxConnectionDuration");
    lowered.max_stream_ms = time(max_stream_duration, "maxStreamDuration");
    lowered.max_connections = value.and_then(|value| u64::try_from(value).ok());
    lowered.max_requests = max_requests_per_connection.and_then(|requests| u32::try_from(requests).ok());
    let http1 = policy.spec.http1.as_ref();
    lowered.closes_http1_at_once =
        http1.and_then(|http1| http1.disable_safe_max_connection_duration).unwrap_or_default();
    lowered
}

/// A whole number of bytes.
fn bytes(limit: &Quantity) -> Result<u32, String> {
    let milli = limit.to_milli().map_err(|error| error.to_string())?;
    let whole = u32::try_from(milli / 1000).ok().filter(|_| milli.is_multiple_of(1000));
    whole.ok_or_else(|| format!("expected a whole number of bytes below 4Gi, found {limit}"))
}

fn known<T>(result: Result<T, String>, at: FieldPath, problems: &mut Vec<Diagnostic>) -> Option<T> {
    result.map_err(|message| problems.push(Diagnostic::new(&INVALID, at, message))).ok()
}
