//! What is observed of the requests of a route.
//!
//! API: `BackendTrafficPolicy.spec.telemetry`. Envoy: `Route.tracing`, which has no effect where the listener does not trace, and
//! `Route.stat_prefix`, under which Envoy keeps statistics of the route alone.

use eg_diag::Diagnostic;
use eg_ir::{
    FeatureId, features,
    route::{HttpRoute, RouteTracing},
};

use super::{HttpFeature, RouteCx};
use crate::{
    envoy::{kind, route},
    listener::tracing::{custom_tag, fractional},
};

/// What is observed of the requests of a route.
pub(super) struct Telemetry;

impl HttpFeature for Telemetry {
    fn id(&self) -> FeatureId {
        features::TELEMETRY
    }

    fn route(&self, cx: RouteCx<'_>, route: &mut route::Route) -> Result<(), Diagnostic> {
        let telemetry = cx.route.traffic.as_ref().and_then(|traffic| traffic.telemetry.as_ref());
        let Some(telemetry) = telemetry else { return Ok(()) };
        if let Some(name) = &telemetry.stat_name {
            route.stat_prefix = stat_name(name, cx.route);
        }
        route.tracing = telemetry.tracing.as_ref().map(traced).transpose()?;
        Ok(())
    }
}

/// A rule without a name is called `-`.
fn stat_name(name: &str, route: &HttpRoute) -> String {
    let origin = &route.origin;
    let known = [
        ("%ROUTE_NAME%", &*origin.object.name),
        ("%ROUTE_NAMESPACE%", &*origin.object.namespace),
        ("%ROUTE_KIND%", origin.object.kind.kind),
        ("%ROUTE_RULE_NAME%", origin.section.as_deref().unwrap_or("-")),
    ];
    known.into_iter().fold(name.to_owned(), |name, (operator, value)| name.replace(operator, value))
}

fn traced(tracing: &RouteTracing) -> Result<route::Tracing, Diagnostic> {
    let RouteTracing { sampling, client_sampling, overall_sampling, tags, operation, upstream_operation } =
        tracing;
    let none = kind::FractionalPercent::default();
    Ok(route::Tracing {
        client_sampling: Some(client_sampling.map_or(none, fractional)),
        random_sampling: sampling.map(fractional),
        overall_sampling: overall_sampling.map(fractional),
        custom_tags: tags.iter().map(|(name, tag)| custom_tag(name, tag)).collect::<Result<_, _>>()?,
        operation: operation.clone().unwrap_or_default(),
        upstream_operation: upstream_operation.clone().unwrap_or_default(),
    })
}
