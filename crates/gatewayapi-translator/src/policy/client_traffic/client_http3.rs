//! HTTP/3 of clients.
//!
//! API: `ClientTrafficPolicy.spec.http3`, for listeners that serve HTTPS. IR: `ClientSettings::http3`, a second listener for
//! QUIC, and a header `alt-svc` in the answers of routes, which tells clients of it.
//!
//! Fail mode: without HTTP/3. Where certificates of clients are checked it is not offered, because the proxies cannot check them
//! there; the status of the policy says so.

use eg_diag::{Code, Diagnostic, FieldPath};
use eg_ir::{FeatureId, features, listener::ClientSettings};

use super::{ClientTraffic, ListenerProtocol};
use crate::{
    gateway::{ListenerState, view::Protocol},
    policy::{Declared, FieldCx, PolicyField},
};

static CLIENT_VALIDATION: Code =
    Code::warning("http3-with-client-validation", "Warning", "UnsupportedHTTP3ClientValidation");
static PORT_TAKEN: Code = Code::warning("http3-port-taken", "Warning", "UnsupportedHTTP3Port");

/// HTTP/3 of clients.
pub(super) struct ClientHttp3Field;

impl PolicyField<ClientTraffic> for ClientHttp3Field {
    fn id(&self) -> FeatureId {
        features::CLIENT_HTTP3
    }

    fn is_set(&self, policy: &Declared<'_, ClientTraffic>) -> bool {
        policy.spec.http3.is_some()
    }

    fn applies(&self, place: &ListenerProtocol) -> bool {
        *place == ListenerProtocol::Https
    }

    fn lower(&self, _: &FieldCx<'_, '_, ClientTraffic>, slot: &mut ClientSettings) -> Result<(), Diagnostic> {
        slot.http3 = true;
        Ok(())
    }
}

/// Why HTTP/3 is not offered on a listener of a Gateway that has these listeners, although a policy wants it.
pub(super) fn refusal(
    listener: &ListenerState,
    others: &[ListenerState],
    settings: &ClientSettings,
) -> Option<Diagnostic> {
    let by_policy = settings.tls.as_ref().is_some_and(|tls| tls.validation.is_some());
    let at = FieldPath::spec().field("http3");
    if by_policy || listener.client.is_some() {
        let message = format!(
            "listener {} does not offer HTTP/3, because certificates of clients cannot be checked there",
            listener.section
        );
        return Some(Diagnostic::new(&CLIENT_VALIDATION, at, message));
    }
    let has_port = |other: &&ListenerState| {
        other.ready() && other.protocol == Some(Protocol::Udp) && other.port == listener.port
    };
    let taken = others.iter().find(has_port)?;
    let message = format!(
        "listener {} does not offer HTTP/3, because listener {} has its port for UDP",
        listener.section, taken.section
    );
    Some(Diagnostic::new(&PORT_TAKEN, at, message))
}
