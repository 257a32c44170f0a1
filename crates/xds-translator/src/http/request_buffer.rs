//! Requests that are read before they are sent on.
//!
//! API: `BackendTrafficPolicy.spec.requestBuffer`. Envoy: the filter `buffer`, off on listeners with a route that needs it, and with its
//! size on the route. Larger requests are answered 413.

use eg_diag::Diagnostic;
use eg_ir::{FeatureId, features};

use super::{FilterChain, HttpFeature, RouteCx, ServerCx};
use crate::envoy::{
    any,
    buffer::{Buffer, BufferPerRoute, buffer_per_route::Override},
    route,
};

/// The name of the filter.
const FILTER: &str = "envoy.filters.http.buffer";

/// Requests that are read before they are sent on.
pub(super) struct RequestBuffer;

impl HttpFeature for RequestBuffer {
    fn id(&self) -> FeatureId {
        features::REQUEST_BUFFER
    }

    fn filters(&self, cx: ServerCx<'_>, chain: &mut FilterChain) -> Result<(), Diagnostic> {
        // The filter wants a size although it is off; each route brings its own.
        if let Some(first) = cx.needed(&features::REQUEST_BUFFER).next() {
            chain.add_disabled(FILTER, &Buffer { max_request_bytes: Some(first?) });
        }
        Ok(())
    }

    fn route(&self, cx: RouteCx<'_>, route: &mut route::Route) -> Result<(), Diagnostic> {
        if let Some(bytes) = cx.route.traffic.as_ref().and_then(|traffic| traffic.request_buffer_bytes) {
            let buffer = Override::Buffer(Buffer { max_request_bytes: Some(bytes) });
            let own = BufferPerRoute { r#override: Some(buffer) };
            route.typed_per_filter_config.insert(FILTER.to_owned(), any(&own));
        }
        Ok(())
    }
}
