//! Protocols to which requests may upgrade their connection.
//!
//! API: `BackendTrafficPolicy.spec.httpUpgrade`. IR: [`Upgrade`]. Without it, requests may upgrade to WebSockets. A route that allows
//! CONNECT serves CONNECT requests alone, whatever their path.

use eg_api::v1alpha1::{BackendTrafficPolicySpec, ProtocolUpgradeConfig};
use eg_diag::Code;
use eg_ir::{FeatureId, features, route::Upgrade};

use super::{BackendTraffic, BackendTrafficSlot};
use crate::policy::reading::{ReadField, Reading};

static INVALID: Code = Code::error("invalid-upgrade", "Accepted", "Invalid");

/// Protocols to which requests may upgrade their connection.
pub(super) struct UpgradeField;

impl ReadField<BackendTraffic> for UpgradeField {
    const ID: FeatureId = features::UPGRADE;
    const NAME: &'static str = "httpUpgrade";
    const INVALID: &'static Code = &INVALID;
    type Written = [ProtocolUpgradeConfig];

    fn written(spec: &BackendTrafficPolicySpec) -> Option<&[ProtocolUpgradeConfig]> {
        Some(spec.http_upgrade.as_slice()).filter(|upgrades| !upgrades.is_empty())
    }

    fn read(
        written: &[ProtocolUpgradeConfig],
        _: &BackendTrafficPolicySpec,
        slot: &mut BackendTrafficSlot,
        mut reading: Reading<'_>,
    ) {
        let each = written.iter().enumerate();
        let upgrades = each.filter_map(|(position, ProtocolUpgradeConfig { connect, r#type })| {
            if r#type.is_empty() {
                reading.nth(position).at("type").refuse("expected the name of a protocol");
                return None;
            }
            let terminates = connect.as_ref().and_then(|connect| connect.terminate).unwrap_or_default();
            Some(Upgrade { protocol: r#type.as_str().into(), terminates })
        });
        slot.route_mut().upgrades = Some(upgrades.collect());
    }
}
