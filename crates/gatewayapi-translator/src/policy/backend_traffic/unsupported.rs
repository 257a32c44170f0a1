//! The fields that are not part of this build. They shape nothing, and the status says so.

use eg_api::v1alpha1::{BackendTrafficPolicySpec, ClusterSettings};
use eg_diag::{Code, Diagnostic, FieldPath};
use eg_ir::FeatureId;

use super::{BackendTraffic, BackendTrafficSlot};
use crate::policy::{Declared, FieldCx, PolicyField};

static UNSUPPORTED: Code = Code::warning("unsupported-traffic-field", "Warning", "UnsupportedField");

/// The fields that are not part of this build.
pub(super) struct Unsupported;

/// Those that a policy has.
fn of(spec: &BackendTrafficPolicySpec) -> impl Iterator<Item = FieldPath> {
    let BackendTrafficPolicySpec {
        targets: _,
        cluster,
        admission_control: _,
        bandwidth_limit: _,
        compression: _,
        compressor: _,
        fault_injection: _,
        http_upgrade: _,
        merge_type: _,
        rate_limit,
        request_buffer: _,
        response_override: _,
        routing_type: _,
        telemetry: _,
        use_client_protocol: _,
    } = spec;
    let ClusterSettings {
        circuit_breaker: _,
        connection: _,
        dns: _,
        health_check: _,
        http2: _,
        load_balancer,
        proxy_protocol: _,
        retry: _,
        tcp_keepalive: _,
        timeout: _,
    } = cluster;
    let balancer = load_balancer.as_ref();
    let set = [
        ("loadBalancer.dynamicModule", balancer.is_some_and(|balancer| balancer.dynamic_module.is_some())),
        ("loadBalancer.zoneAware", balancer.is_some_and(|balancer| balancer.zone_aware.is_some())),
        ("rateLimit.global", rate_limit.as_ref().is_some_and(|limit| limit.global.is_some())),
    ];
    let set = set.into_iter().filter(|(_, is_set)| *is_set);
    set.map(|(path, _)| path.split('.').fold(FieldPath::spec(), |at, field| at.field(field)))
}

impl PolicyField<BackendTraffic> for Unsupported {
    fn id(&self) -> FeatureId {
        FeatureId::new("unsupported_traffic")
    }

    fn is_set(&self, policy: &Declared<'_, BackendTraffic>) -> bool {
        of(policy.spec).next().is_some()
    }

    fn warn(&self, policy: &Declared<'_, BackendTraffic>, warnings: &mut Vec<Diagnostic>) {
        warnings.extend(of(policy.spec).map(|at| {
            let message = "this field is not part of this build and has no effect";
            Diagnostic::new(&UNSUPPORTED, at, message)
        }));
    }

    fn lower(
        &self,
        _: &FieldCx<'_, '_, BackendTraffic>,
        _: &mut BackendTrafficSlot,
    ) -> Result<(), Diagnostic> {
        Ok(())
    }
}
