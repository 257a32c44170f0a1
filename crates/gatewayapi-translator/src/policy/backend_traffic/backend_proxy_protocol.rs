//! The PROXY protocol towards backends.
//!
//! API: `BackendTrafficPolicy.spec.proxyProtocol`. IR: [`ProxyProtocol`]. An unknown version makes routes answer 500.

use eg_diag::{Code, Diagnostic, FieldPath};
use eg_ir::{FeatureId, cluster::ProxyProtocol, features};

use super::{BackendTraffic, BackendTrafficSlot, Reader};
use crate::policy::{Declared, FieldCx, PolicyField};

static INVALID: Code = Code::error("invalid-backend-proxy-protocol", "Accepted", "Invalid");

/// The PROXY protocol towards backends.
pub(super) struct BackendProxyProtocolField;

impl PolicyField<BackendTraffic> for BackendProxyProtocolField {
    fn id(&self) -> FeatureId {
        features::BACKEND_PROXY_PROTOCOL
    }

    fn is_set(&self, policy: &Declared<'_, BackendTraffic>) -> bool {
        policy.spec.cluster.proxy_protocol.is_some()
    }

    fn validate(&self, policy: &Declared<'_, BackendTraffic>, problems: &mut Vec<Diagnostic>) {
        lower(policy, problems);
    }

    fn lower(
        &self,
        cx: &FieldCx<'_, '_, BackendTraffic>,
        slot: &mut BackendTrafficSlot,
    ) -> Result<(), Diagnostic> {
        slot.cluster_mut().proxy_protocol = lower(cx.policy, &mut Vec::new());
        Ok(())
    }
}

fn lower(policy: &Declared<'_, BackendTraffic>, problems: &mut Vec<Diagnostic>) -> Option<ProxyProtocol> {
    let version = policy.spec.cluster.proxy_protocol.as_ref()?.version.as_str();
    let known = match version {
        "V1" => Ok(ProxyProtocol::V1),
        "V2" => Ok(ProxyProtocol::V2),
        _ => Err(format!("{version:?} is not a version of the PROXY protocol")),
    };
    let at = FieldPath::spec().field("proxyProtocol").field("version");
    Reader::new(&INVALID, problems).known(known, at)
}
