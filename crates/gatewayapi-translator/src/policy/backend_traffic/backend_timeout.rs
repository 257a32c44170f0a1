//! Time limits towards backends.
//!
//! API: `BackendTrafficPolicy.spec.timeout`. IR: [`BackendTimeout`] of clusters and [`RouteTimeout`] of routes. 0 is without
//! limit. The limits of the route itself go before `requestTimeout`. A limit that is no length of time makes routes
//! answer 500.

use eg_api::v1alpha1::{BackendTrafficPolicySpec, HttpTimeout, TcpTimeout, Timeout};
use eg_diag::Code;
use eg_ir::{FeatureId, cluster::BackendTimeout, features, route::RouteTimeout};

use super::{BackendTraffic, BackendTrafficSlot};
use crate::policy::reading::{ReadField, Reading};

static INVALID: Code = Code::error("invalid-backend-timeout", "Accepted", "Invalid");

/// Time limits towards backends.
pub(super) struct BackendTimeoutField;

impl ReadField<BackendTraffic> for BackendTimeoutField {
    const ID: FeatureId = features::BACKEND_TIMEOUT;
    const NAME: &'static str = "timeout";
    const INVALID: &'static Code = &INVALID;
    type Written = Timeout;

    fn written(spec: &BackendTrafficPolicySpec) -> Option<&Timeout> {
        spec.cluster.timeout.as_ref()
    }

    fn read(
        Timeout { http, tcp }: &Timeout,
        _: &BackendTrafficPolicySpec,
        slot: &mut BackendTrafficSlot,
        mut reading: Reading<'_>,
    ) {
        let (mut cluster, mut route) = (BackendTimeout::default(), RouteTimeout::default());
        if let Some(TcpTimeout { connect_timeout }) = tcp {
            cluster.connect_ms = reading.at("tcp").millis("connectTimeout", connect_timeout.as_ref());
        }
        if let Some(http) = http {
            let HttpTimeout {
                connection_idle_timeout,
                max_connection_duration,
                max_stream_duration,
                request_timeout,
                stream_idle_timeout,
            } = http;
            let mut http = reading.at("http");
            cluster.idle_ms = http.millis("connectionIdleTimeout", connection_idle_timeout.as_ref());
            cluster.max_duration_ms = http.millis("maxConnectionDuration", max_connection_duration.as_ref());
            route.max_stream_ms = http.millis("maxStreamDuration", max_stream_duration.as_ref());
            route.request_ms = http.millis("requestTimeout", request_timeout.as_ref());
            route.stream_idle_ms = http.millis("streamIdleTimeout", stream_idle_timeout.as_ref());
        }
        if cluster != BackendTimeout::default() {
            slot.cluster_mut().timeout = Some(cluster);
        }
        if route != RouteTimeout::default() {
            slot.route_mut().timeout = Some(route);
        }
    }
}
