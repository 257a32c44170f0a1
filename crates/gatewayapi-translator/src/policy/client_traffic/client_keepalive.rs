//! Probes on idle connections of clients.
//!
//! API: `ClientTrafficPolicy.spec.tcpKeepalive`; an empty object turns probes on. IR: [`ClientKeepalive`]. A time that is no
//! length of time fails closed.

use eg_api::{
    meta::Duration,
    v1alpha1::{ClientTrafficPolicySpec, TcpKeepalive},
};
use eg_diag::Code;
use eg_ir::{
    FeatureId, features,
    listener::{ClientKeepalive, ClientSettings},
};

use super::{
    ListenerProtocol,
    reading::{ReadField, Reading},
};

static INVALID: Code = Code::error("invalid-client-keepalive", "Accepted", "Invalid");

/// Probes on idle connections of clients.
pub(super) struct ClientKeepaliveField;

impl ReadField for ClientKeepaliveField {
    const ID: FeatureId = features::CLIENT_KEEPALIVE;
    const NAME: &'static str = "tcpKeepalive";
    const INVALID: &'static Code = &INVALID;
    type Written = TcpKeepalive;

    fn written(spec: &ClientTrafficPolicySpec) -> Option<&TcpKeepalive> {
        spec.tcp_keepalive.as_ref()
    }

    fn is_for(_: ListenerProtocol) -> bool {
        true
    }

    fn read(
        TcpKeepalive { idle_time, interval, probes }: &TcpKeepalive,
        _: &ClientTrafficPolicySpec,
        slot: &mut ClientSettings,
        mut reading: Reading<'_>,
    ) {
        let mut seconds = |field, duration: &Option<Duration>| {
            let duration = reading.at(field).value(duration.as_ref()?.to_std())?;
            Some(u32::try_from(duration.as_secs()).unwrap_or(u32::MAX))
        };
        slot.keepalive = Some(ClientKeepalive {
            probes: probes.and_then(|probes| u32::try_from(probes).ok()),
            idle_s: seconds("idleTime", idle_time),
            interval_s: seconds("interval", interval),
        });
    }
}
