//! The PROXY protocol towards backends.
//!
//! API: `BackendTrafficPolicy.spec.proxyProtocol`. IR: [`ProxyProtocol`]. An unknown version makes routes answer 500.

use eg_api::v1alpha1::{BackendTrafficPolicySpec, ProxyProtocol as Written};
use eg_diag::Code;
use eg_ir::{FeatureId, cluster::ProxyProtocol, features};

use super::{BackendTraffic, BackendTrafficSlot};
use crate::policy::reading::{ReadField, Reading};

static INVALID: Code = Code::error("invalid-backend-proxy-protocol", "Accepted", "Invalid");

const VERSIONS: &[(&str, ProxyProtocol)] = &[("V1", ProxyProtocol::V1), ("V2", ProxyProtocol::V2)];

/// The PROXY protocol towards backends.
pub(super) struct BackendProxyProtocolField;

impl ReadField<BackendTraffic> for BackendProxyProtocolField {
    const ID: FeatureId = features::BACKEND_PROXY_PROTOCOL;
    const NAME: &'static str = "proxyProtocol";
    const INVALID: &'static Code = &INVALID;
    type Written = Written;

    fn written(spec: &BackendTrafficPolicySpec) -> Option<&Written> {
        spec.cluster.proxy_protocol.as_ref()
    }

    fn read(
        Written { version }: &Written,
        _: &BackendTrafficPolicySpec,
        slot: &mut BackendTrafficSlot,
        mut reading: Reading<'_>,
    ) {
        slot.cluster_mut().proxy_protocol = reading.at("version").word(version, VERSIONS);
    }
}
