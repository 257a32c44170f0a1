//! What is observed of the requests of a route.
//!
//! API: `BackendTrafficPolicy.spec.telemetry`. IR: [`RouteTelemetry`].
//!
//! Fail mode: closed; an operator that is not known of routes makes them answer 500.

use eg_api::v1alpha1::Tracing;
use eg_diag::{Code, Diagnostic, FieldPath};
use eg_ir::{
    FeatureId, features,
    route::{RouteTelemetry, RouteTracing},
};

use super::{BackendTraffic, BackendTrafficSlot, Reader};
use crate::{
    gateway::tracing::{fraction, tags},
    policy::{Declared, FieldCx, PolicyField},
};

static INVALID: Code = Code::error("invalid-route-telemetry", "Accepted", "Invalid");

/// What is known of a route.
const OPERATORS: [&str; 4] = ["ROUTE_NAME", "ROUTE_NAMESPACE", "ROUTE_KIND", "ROUTE_RULE_NAME"];

/// What is observed of the requests of a route.
pub(super) struct TelemetryField;

impl PolicyField<BackendTraffic> for TelemetryField {
    fn id(&self) -> FeatureId {
        features::TELEMETRY
    }

    fn is_set(&self, policy: &Declared<'_, BackendTraffic>) -> bool {
        policy.spec.telemetry.is_some()
    }

    fn validate(&self, policy: &Declared<'_, BackendTraffic>, problems: &mut Vec<Diagnostic>) {
        lower(policy, problems);
    }

    fn lower(
        &self,
        cx: &FieldCx<'_, '_, BackendTraffic>,
        slot: &mut BackendTrafficSlot,
    ) -> Result<(), Diagnostic> {
        slot.route_mut().telemetry = lower(cx.policy, &mut Vec::new());
        Ok(())
    }
}

fn lower(policy: &Declared<'_, BackendTraffic>, problems: &mut Vec<Diagnostic>) -> Option<RouteTelemetry> {
    let telemetry = policy.spec.telemetry.as_ref()?;
    let mut reader = Reader::new(&INVALID, problems);
    let name = telemetry.metrics.as_ref().and_then(|metrics| metrics.route_stat_name.as_ref());
    let stat_name = name.filter(|name| !name.is_empty()).and_then(|name| {
        let at = FieldPath::spec().field("telemetry").field("metrics").field("routeStatName");
        reader.known(known(name), at)
    });
    let tracing = telemetry.tracing.as_ref().map(traced);
    Some(RouteTelemetry { stat_name, tracing })
}

/// A name all of whose operators are known.
fn known(name: &str) -> Result<String, String> {
    // Between the first and the second percent sign is an operator, and so on.
    let unknown = name.split('%').skip(1).step_by(2).find(|operator| !OPERATORS.contains(operator));
    match unknown {
        Some(operator) => Err(format!("`{operator}` is not an operator for routes")),
        None => Ok(name.to_owned()),
    }
}

fn traced(written: &Tracing) -> RouteTracing {
    let Tracing {
        client_sampling_fraction,
        custom_tags,
        overall_sampling_fraction,
        sampling_fraction,
        span_name,
        tags: formats,
    } = written;
    let spans = span_name.as_ref();
    let named = |name: &String| Some(name.clone()).filter(|name| !name.is_empty());
    RouteTracing {
        sampling: sampling_fraction.as_ref().and_then(fraction),
        client_sampling: client_sampling_fraction.as_ref().and_then(fraction),
        overall_sampling: overall_sampling_fraction.as_ref().and_then(fraction),
        tags: tags(custom_tags, formats),
        operation: spans.and_then(|spans| named(&spans.client)),
        upstream_operation: spans.and_then(|spans| named(&spans.server)),
    }
}
