//! Probes on idle connections of clients.
//!
//! API: `ClientTrafficPolicy.spec.tcpKeepalive`; an empty object turns probes on. IR: [`ClientKeepalive`]. A time that is no
//! length of time fails closed.

use eg_api::v1alpha1::{ClientTrafficPolicySpec, TcpKeepalive};
use eg_diag::Code;
use eg_ir::{
    FeatureId, features,
    listener::{ClientKeepalive, ClientSettings},
};

use super::ClientTraffic;
use crate::policy::reading::{ReadField, Reading};

static INVALID: Code = Code::error("invalid-client-keepalive", "Accepted", "Invalid");

/// Probes on idle connections of clients.
pub(super) struct ClientKeepaliveField;

impl ReadField<ClientTraffic> for ClientKeepaliveField {
    const ID: FeatureId = features::CLIENT_KEEPALIVE;
    const NAME: &'static str = "tcpKeepalive";
    const INVALID: &'static Code = &INVALID;
    type Written = TcpKeepalive;

    fn written(spec: &ClientTrafficPolicySpec) -> Option<&TcpKeepalive> {
        spec.tcp_keepalive.as_ref()
    }

    fn read(
        TcpKeepalive { idle_time, interval, probes }: &TcpKeepalive,
        _: &ClientTrafficPolicySpec,
        slot: &mut ClientSettings,
        mut reading: Reading<'_>,
    ) {
        slot.keepalive = Some(ClientKeepalive {
            probes: probes.and_then(|probes| u32::try_from(probes).ok()),
            idle_s: reading.seconds("idleTime", idle_time.as_ref()),
            interval_s: reading.seconds("interval", interval.as_ref()),
        });
    }
}
