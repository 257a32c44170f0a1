//! Probes on idle connections of clients.
//!
//! API: `ClientTrafficPolicy.spec.tcpKeepalive`; an empty object turns probes on. IR: [`ClientKeepalive`]. A time that is no
//! length of time fails closed.

use eg_api::{meta::Duration, v1alpha1::TcpKeepalive};
use eg_diag::{Code, Diagnostic, FieldPath};
use eg_ir::{
    FeatureId, features,
    listener::{ClientKeepalive, ClientSettings},
};

use super::ClientTraffic;
use crate::policy::{Declared, FieldCx, PolicyField};

static INVALID: Code = Code::error("invalid-client-keepalive", "Accepted", "Invalid");

/// Probes on idle connections of clients.
pub(super) struct ClientKeepaliveField;

impl PolicyField<ClientTraffic> for ClientKeepaliveField {
    fn id(&self) -> FeatureId {
        features::CLIENT_KEEPALIVE
    }

    fn is_set(&self, policy: &Declared<'_, ClientTraffic>) -> bool {
        policy.spec.tcp_keepalive.is_some()
    }

    fn validate(&self, policy: &Declared<'_, ClientTraffic>, problems: &mut Vec<Diagnostic>) {
        lower(policy, problems);
    }

    fn lower(
        &self,
        cx: &FieldCx<'_, '_, ClientTraffic>,
        slot: &mut ClientSettings,
    ) -> Result<(), Diagnostic> {
        slot.keepalive = lower(cx.policy, &mut Vec::new());
        Ok(())
    }
}

fn lower(policy: &Declared<'_, ClientTraffic>, problems: &mut Vec<Diagnostic>) -> Option<ClientKeepalive> {
    let TcpKeepalive { idle_time, interval, probes } = policy.spec.tcp_keepalive.as_ref()?;
    let at = FieldPath::spec().field("tcpKeepalive");
    let mut seconds = |duration: &Option<Duration>, field| match duration.as_ref()?.to_std() {
        Ok(duration) => Some(u32::try_from(duration.as_secs()).unwrap_or(u32::MAX)),
        Err(error) => {
            problems.push(Diagnostic::new(&INVALID, at.field(field), error.to_string()));
            None
        }
    };
    Some(ClientKeepalive {
        probes: probes.and_then(|probes| u32::try_from(probes).ok()),
        idle_s: seconds(idle_time, "idleTime"),
        interval_s: seconds(interval, "interval"),
    })
}
