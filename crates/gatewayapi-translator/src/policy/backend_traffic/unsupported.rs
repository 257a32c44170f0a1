//! The fields that are not part of this build. They shape nothing, and the status says so.

use eg_api::v1alpha1::{BackendTrafficPolicySpec, ClusterSettings, LoadBalancer};
use eg_diag::{Code, Diagnostic, FieldPath};
use eg_ir::FeatureId;

use super::{BackendTraffic, BackendTrafficSlot};
use crate::policy::{Declared, FieldCx, PolicyField};

static UNSUPPORTED: Code = Code::warning("unsupported-traffic-field", "Warning", "UnsupportedField");

/// The fields that are not part of this build.
pub(super) struct Unsupported;

/// The names of those that a policy has.
fn of(spec: &BackendTrafficPolicySpec) -> impl Iterator<Item = &'static str> {
    let BackendTrafficPolicySpec {
        targets: _,
        cluster,
        admission_control,
        bandwidth_limit,
        compression,
        compressor,
        fault_injection: _,
        http_upgrade: _,
        merge_type: _,
        rate_limit,
        request_buffer,
        response_override,
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
    let set = [
        ("admissionControl", admission_control.is_some()),
        ("bandwidthLimit", bandwidth_limit.is_some()),
        ("compression", !compression.is_empty()),
        ("compressor", !compressor.is_empty()),
        ("loadBalancer", load_balancer.as_ref().is_some_and(balances_otherwise)),
        ("rateLimit", rate_limit.is_some()),
        ("requestBuffer", request_buffer.is_some()),
        ("responseOverride", !response_override.is_empty()),
    ];
    set.into_iter().filter(|(_, is_set)| *is_set).map(|(field, _)| field)
}

/// Whether endpoints are to be chosen in a way that is not part of this build.
fn balances_otherwise(balancer: &LoadBalancer) -> bool {
    let LoadBalancer {
        backend_utilization,
        consistent_hash: _,
        dynamic_module,
        endpoint_override,
        slow_start: _,
        r#type: _,
        zone_aware,
    } = balancer;
    backend_utilization.is_some()
        || dynamic_module.is_some()
        || endpoint_override.is_some()
        || zone_aware.is_some()
}

impl PolicyField<BackendTraffic> for Unsupported {
    fn id(&self) -> FeatureId {
        FeatureId::new("unsupported_traffic")
    }

    fn is_set(&self, policy: &Declared<'_, BackendTraffic>) -> bool {
        of(policy.spec).next().is_some()
    }

    fn warn(&self, policy: &Declared<'_, BackendTraffic>, warnings: &mut Vec<Diagnostic>) {
        warnings.extend(of(policy.spec).map(|field| {
            let message = "this field is not part of this build and has no effect";
            Diagnostic::new(&UNSUPPORTED, FieldPath::spec().field(field), message)
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
