//! Requests from scripts of other origins.
//!
//! API: HTTPRoute filter `CORS`, `SecurityPolicy.spec.cors`. Envoy: the filter `cors`, on listeners with a route that needs
//! it, with the policy on the route; what
//! the route says itself goes before what a policy says. A preflight of an origin that is not allowed is answered by the proxy, not forwarded.

use eg_diag::Diagnostic;
use eg_ir::{
    FeatureId, features,
    route::{Cors as Policy, HttpRoute},
};

use super::{FilterChain, HttpFeature, RouteCx, ServerCx, route_match};
use crate::envoy::{any, cors, route};

/// The name of the filter.
const FILTER: &str = "envoy.filters.http.cors";

/// Requests from scripts of other origins.
pub(super) struct Cors;

impl HttpFeature for Cors {
    fn id(&self) -> FeatureId {
        features::CORS
    }

    fn filters(&self, cx: ServerCx<'_>, chain: &mut FilterChain) -> Result<(), Diagnostic> {
        if cx.is_needed(&features::CORS) {
            chain.add(FILTER, &cors::Cors {});
        }
        Ok(())
    }

    fn route(&self, cx: RouteCx<'_>, route: &mut route::Route) -> Result<(), Diagnostic> {
        let HttpRoute { cors: own, security, .. } = cx.route;
        let of_policy = || security.as_ref().and_then(|security| security.cors.as_ref());
        if let Some(policy) = own.as_ref().or_else(of_policy) {
            route.typed_per_filter_config.insert(FILTER.to_owned(), any(&emit(policy)));
        }
        Ok(())
    }
}

fn emit(policy: &Policy) -> cors::CorsPolicy {
    let Policy { allow_origins, allow_methods, allow_headers, expose_headers, max_age_s, allow_credentials } =
        policy;
    cors::CorsPolicy {
        allow_origin_string_match: allow_origins.iter().map(route_match::string).collect(),
        allow_methods: list(allow_methods),
        allow_headers: list(allow_headers),
        expose_headers: list(expose_headers),
        max_age: max_age_s.map(|seconds| seconds.to_string()).unwrap_or_default(),
        allow_credentials: Some(*allow_credentials),
        forward_not_matching_preflights: Some(false),
        ..cors::CorsPolicy::default()
    }
}

/// The list as one header value. Envoy knows the wildcard only by itself.
fn list(names: &[String]) -> String {
    if names.iter().any(|name| name == "*") { "*".to_owned() } else { names.join(", ") }
}
