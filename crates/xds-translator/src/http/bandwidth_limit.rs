//! Limits of bytes per time.
//!
//! API: `BackendTrafficPolicy.spec.bandwidthLimit`. Envoy: a filter `bandwidth_limit` for each direction, off on listeners with a route
//! that needs it, and with its limit on the route.

use eg_diag::Diagnostic;
use eg_ir::{FeatureId, features, route::BandwidthLimit as Limit};

use super::{FilterChain, HttpFeature, RouteCx, ServerCx};
use crate::envoy::{
    any,
    bandwidth_limit::{BandwidthLimit as Filter, bandwidth_limit::EnableMode},
    route,
};

const STAT_PREFIX: &str = "http_bandwidth_limiter";

/// Limits of bytes per time.
pub(super) struct BandwidthLimit;

impl HttpFeature for BandwidthLimit {
    fn id(&self) -> FeatureId {
        features::BANDWIDTH_LIMIT
    }

    fn filters(&self, cx: ServerCx<'_>, chain: &mut FilterChain) -> Result<(), Diagnostic> {
        let directions: Result<Vec<String>, _> = cx.needed(&features::BANDWIDTH_LIMIT).collect();
        let mut directions = directions?;
        directions.sort_unstable();
        for direction in directions {
            let filter = Filter { stat_prefix: STAT_PREFIX.to_owned(), ..Filter::default() };
            chain.add_disabled(&name(&direction), &filter);
        }
        Ok(())
    }

    fn route(&self, cx: RouteCx<'_>, route: &mut route::Route) -> Result<(), Diagnostic> {
        let limit = cx.route.traffic.as_ref().and_then(|traffic| traffic.bandwidth_limit.as_ref());
        let Some(Limit { request_kib, response_kib, trailers }) = limit else { return Ok(()) };
        let mut add = |direction, mode: EnableMode, kib, trailers: Option<&String>| {
            let filter = Filter {
                stat_prefix: STAT_PREFIX.to_owned(),
                enable_mode: mode.into(),
                limit_kbps: Some(kib),
                enable_response_trailers: trailers.is_some(),
                response_trailer_prefix: trailers.cloned().unwrap_or_default(),
                ..Filter::default()
            };
            route.typed_per_filter_config.insert(name(direction), any(&filter));
        };
        if let Some(kib) = request_kib {
            add("request", EnableMode::Request, *kib, None);
        }
        if let Some(kib) = response_kib {
            add("response", EnableMode::Response, *kib, trailers.as_ref());
        }
        Ok(())
    }
}

fn name(direction: &str) -> String {
    format!("envoy.filters.http.bandwidth_limit/{direction}")
}
