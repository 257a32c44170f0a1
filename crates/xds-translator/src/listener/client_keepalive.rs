//! Probes on idle connections of clients.
//!
//! API: `ClientTrafficPolicy.spec.tcpKeepalive`. Envoy: options of the socket, with the numbers that Linux gives them. The
//! socket has one set of options for all its listeners: that of the first one.

use eg_diag::Diagnostic;
use eg_ir::{
    FeatureId, features,
    listener::{ClientKeepalive as Probes, Listener},
};

use super::{ListenerFeature, client};
use crate::envoy::{core, listener as pb};

const SOL_SOCKET: i64 = 1;
const SO_KEEPALIVE: i64 = 9;
const IPPROTO_TCP: i64 = 6;
const TCP_KEEPIDLE: i64 = 4;
const TCP_KEEPINTVL: i64 = 5;
const TCP_KEEPCNT: i64 = 6;

/// Probes on idle connections of clients.
pub(super) struct ClientKeepalive;

impl ListenerFeature for ClientKeepalive {
    fn id(&self) -> FeatureId {
        features::CLIENT_KEEPALIVE
    }

    fn listener(&self, ir: &Listener, listener: &mut pb::Listener) -> Result<(), Diagnostic> {
        let Some(probes) = client(ir).and_then(|client| client.keepalive.as_ref()) else { return Ok(()) };
        let Probes { probes, idle_s, interval_s } = probes;
        let mut set = |description: &str, level, name, value| {
            listener.socket_options.push(core::SocketOption {
                description: description.to_owned(),
                level,
                name,
                value: Some(core::socket_option::Value::IntValue(value)),
                ..core::SocketOption::default()
            });
        };
        set("socket option to enable tcp keep alive", SOL_SOCKET, SO_KEEPALIVE, 1);
        if let Some(probes) = probes {
            set("socket option for keep alive probes", IPPROTO_TCP, TCP_KEEPCNT, i64::from(*probes));
        }
        if let Some(idle) = idle_s {
            set("socket option for keep alive idle time", IPPROTO_TCP, TCP_KEEPIDLE, i64::from(*idle));
        }
        if let Some(interval) = interval_s {
            set("socket option for keep alive interval", IPPROTO_TCP, TCP_KEEPINTVL, i64::from(*interval));
        }
        Ok(())
    }
}
