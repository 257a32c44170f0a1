//! The PROXY protocol on connections of clients.
//!
//! API: `ClientTrafficPolicy.spec.proxyProtocol`, which goes before the deprecated `enableProxyProtocol`. IR:
//! [`ClientProxyProtocol`].

use eg_diag::{Diagnostic, FieldPath};
use eg_ir::{
    FeatureId, features,
    listener::{ClientProxyProtocol, ClientSettings},
};

use super::ClientTraffic;
use crate::policy::{Declared, FieldCx, PolicyField, status::deprecated};

/// The PROXY protocol on connections of clients.
pub(super) struct ClientProxyProtocolField;

impl PolicyField<ClientTraffic> for ClientProxyProtocolField {
    fn id(&self) -> FeatureId {
        features::CLIENT_PROXY_PROTOCOL
    }

    fn is_set(&self, policy: &Declared<'_, ClientTraffic>) -> bool {
        policy.spec.proxy_protocol.is_some() || policy.spec.enable_proxy_protocol.is_some()
    }

    fn warn(&self, policy: &Declared<'_, ClientTraffic>, warnings: &mut Vec<Diagnostic>) {
        if policy.spec.enable_proxy_protocol.is_some() {
            let spec = FieldPath::spec();
            warnings.push(deprecated(spec.field("enableProxyProtocol"), &spec.field("proxyProtocol")));
        }
    }

    fn lower(
        &self,
        cx: &FieldCx<'_, '_, ClientTraffic>,
        slot: &mut ClientSettings,
    ) -> Result<(), Diagnostic> {
        let spec = cx.policy.spec;
        slot.proxy_protocol = match &spec.proxy_protocol {
            Some(settings) => Some(ClientProxyProtocol { optional: settings.optional.unwrap_or_default() }),
            None => spec.enable_proxy_protocol.unwrap_or_default().then(ClientProxyProtocol::default),
        };
        Ok(())
    }
}
