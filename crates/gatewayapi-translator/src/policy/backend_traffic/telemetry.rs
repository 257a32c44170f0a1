//! What is observed of the requests of a route.
//!
//! API: `BackendTrafficPolicy.spec.telemetry`. IR: [`RouteTelemetry`].
//!
//! Fail mode: closed; an operator that is not known of routes makes them answer 500.

use eg_api::v1alpha1::{BackendTelemetry, BackendTrafficPolicySpec, Tracing};
use eg_diag::Code;
use eg_ir::{
    FeatureId, features,
    route::{RouteTelemetry, RouteTracing},
};

use super::{BackendTraffic, BackendTrafficSlot};
use crate::{
    gateway::tracing::{fraction, tags},
    policy::reading::{ReadField, Reading},
};

static INVALID: Code = Code::error("invalid-route-telemetry", "Accepted", "Invalid");

/// What is known of a route.
const OPERATORS: [&str; 4] = ["ROUTE_NAME", "ROUTE_NAMESPACE", "ROUTE_KIND", "ROUTE_RULE_NAME"];

/// What is observed of the requests of a route.
pub(super) struct TelemetryField;

impl ReadField<BackendTraffic> for TelemetryField {
    const ID: FeatureId = features::TELEMETRY;
    const NAME: &'static str = "telemetry";
    const INVALID: &'static Code = &INVALID;
    type Written = BackendTelemetry;

    fn written(spec: &BackendTrafficPolicySpec) -> Option<&BackendTelemetry> {
        spec.telemetry.as_ref()
    }

    fn read(
        BackendTelemetry { metrics, tracing }: &BackendTelemetry,
        _: &BackendTrafficPolicySpec,
        slot: &mut BackendTrafficSlot,
        mut reading: Reading<'_>,
    ) {
        let name = metrics.as_ref().and_then(|metrics| metrics.route_stat_name.as_ref());
        let stat_name = name.filter(|name| !name.is_empty());
        let stat_name =
            stat_name.and_then(|name| reading.at("metrics").at("routeStatName").value(known(name)));
        let tracing = tracing.as_ref().map(traced);
        slot.route_mut().telemetry = Some(RouteTelemetry { stat_name, tracing });
    }
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
