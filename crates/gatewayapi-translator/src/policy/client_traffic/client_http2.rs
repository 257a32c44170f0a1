//! HTTP/2 of clients.
//!
//! API: `ClientTrafficPolicy.spec.http2`, for listeners that serve HTTP. IR: [`ClientHttp2`].
//!
//! Fail mode: closed. With a size, a number or a time that the protocol does not know, nothing of the field is used.

use eg_api::v1alpha1::{ClientTrafficPolicySpec, Http2KeepaliveSettings, Http2Settings};
use eg_diag::Code;
use eg_ir::{
    FeatureId, features,
    listener::{ClientHttp2, ClientSettings, Http2Pings, InvalidMessageEnds},
};

use super::{ClientTraffic, ListenerProtocol};
use crate::policy::reading::{ReadField, Reading};

static INVALID: Code = Code::error("invalid-client-http2", "Accepted", "Invalid");

/// The flow-control windows that the protocol knows (RFC 9113, section 6.9.2), in bytes.
const WINDOWS: std::ops::RangeInclusive<u32> = 65_535..=2_147_483_647;

const ENDS: &[(&str, InvalidMessageEnds)] = &[
    ("TerminateConnection", InvalidMessageEnds::Connection),
    ("TerminateStream", InvalidMessageEnds::Stream),
];

/// HTTP/2 of clients.
pub(super) struct ClientHttp2Field;

impl ReadField<ClientTraffic> for ClientHttp2Field {
    const ID: FeatureId = features::CLIENT_HTTP2;
    const NAME: &'static str = "http2";
    const INVALID: &'static Code = &INVALID;
    type Written = Http2Settings;

    fn written(spec: &ClientTrafficPolicySpec) -> Option<&Http2Settings> {
        spec.http2.as_ref()
    }

    fn is_for(place: &ListenerProtocol) -> bool {
        place.is_http()
    }

    fn read(
        written: &Http2Settings,
        _: &ClientTrafficPolicySpec,
        slot: &mut ClientSettings,
        reading: Reading<'_>,
    ) {
        slot.http2 = read(written, reading);
    }
}

/// What the field says of clients, and that of backends of them.
pub(in crate::policy) fn read(written: &Http2Settings, mut reading: Reading<'_>) -> Option<ClientHttp2> {
    let Http2Settings {
        connection_keepalive,
        initial_connection_window_size,
        initial_stream_window_size,
        max_concurrent_streams,
        on_invalid_message,
    } = written;
    let mut window = |field, size: &Option<_>| reading.bytes(field, size.as_ref(), WINDOWS);
    let mut lowered = ClientHttp2 {
        stream_window_bytes: window("initialStreamWindowSize", initial_stream_window_size),
        connection_window_bytes: window("initialConnectionWindowSize", initial_connection_window_size),
        ..ClientHttp2::default()
    };
    if let Some(streams) = max_concurrent_streams {
        let known = u32::try_from(*streams).ok().filter(|streams| *streams > 0);
        let known = known.ok_or_else(|| format!("expected a positive number, found {streams}"));
        lowered.max_streams = reading.at("maxConcurrentStreams").value(known);
    }
    lowered.invalid_message_ends = reading.one_of("onInvalidMessage", on_invalid_message.as_ref(), ENDS);
    if let Some(keepalive) = connection_keepalive {
        lowered.pings = Some(pings(keepalive, reading.at("connectionKeepalive")));
    }
    reading.is_clean().then_some(lowered)
}

fn pings(
    Http2KeepaliveSettings { idle_interval, interval, interval_jitter, timeout }: &Http2KeepaliveSettings,
    mut reading: Reading<'_>,
) -> Http2Pings {
    let lowered = Http2Pings {
        interval_ms: reading.millis("interval", interval.as_ref()),
        timeout_ms: reading.millis("timeout", timeout.as_ref()),
        idle_ms: reading.millis("idleInterval", idle_interval.as_ref()),
        jitter_percent: reading.percent("intervalJitter", *interval_jitter),
    };
    let (interval, wait) = (lowered.interval_ms, lowered.timeout_ms);
    if timeout.is_none() {
        reading.at("timeout").refuse("pings need a time in which the answer must arrive");
    } else if interval.zip(wait).is_some_and(|(interval, wait)| wait >= interval) {
        reading.at("timeout").refuse("the answer must arrive before the next ping");
    }
    lowered
}
