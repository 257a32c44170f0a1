//! Protocols to which requests may upgrade their connection.
//!
//! API: `BackendTrafficPolicy.spec.httpUpgrade`. IR: [`Upgrade`]. Without it, requests may upgrade to WebSockets. A route that allows
//! CONNECT serves CONNECT requests alone, whatever their path.

use eg_api::v1alpha1::ProtocolUpgradeConfig;
use eg_diag::{Code, Diagnostic, FieldPath};
use eg_ir::{FeatureId, features, route::Upgrade};

use super::{BackendTraffic, BackendTrafficSlot, Reader};
use crate::policy::{Declared, FieldCx, PolicyField};

static INVALID: Code = Code::error("invalid-upgrade", "Accepted", "Invalid");

/// Protocols to which requests may upgrade their connection.
pub(super) struct UpgradeField;

impl PolicyField<BackendTraffic> for UpgradeField {
    fn id(&self) -> FeatureId {
        features::UPGRADE
    }

    fn is_set(&self, policy: &Declared<'_, BackendTraffic>) -> bool {
        !policy.spec.http_upgrade.is_empty()
    }

    fn validate(&self, policy: &Declared<'_, BackendTraffic>, problems: &mut Vec<Diagnostic>) {
        lower(policy, problems);
    }

    fn lower(
        &self,
        cx: &FieldCx<'_, '_, BackendTraffic>,
        slot: &mut BackendTrafficSlot,
    ) -> Result<(), Diagnostic> {
        slot.route_mut().upgrades = Some(lower(cx.policy, &mut Vec::new()));
        Ok(())
    }
}

fn lower(policy: &Declared<'_, BackendTraffic>, problems: &mut Vec<Diagnostic>) -> Vec<Upgrade> {
    let mut reader = Reader::new(&INVALID, problems);
    let at = FieldPath::spec().field("httpUpgrade");
    let each = policy.spec.http_upgrade.iter().enumerate();
    let upgrades = each.filter_map(|(position, ProtocolUpgradeConfig { connect, r#type })| {
        if r#type.is_empty() {
            reader.refuse(at.index(position).field("type"), "expected the name of a protocol");
            return None;
        }
        let terminates = connect.as_ref().and_then(|connect| connect.terminate).unwrap_or_default();
        Some(Upgrade { protocol: r#type.as_str().into(), terminates })
    });
    upgrades.collect()
}
