//! Time limits towards backends.
//!
//! API: `BackendTrafficPolicy.spec.timeout`. IR: [`BackendTimeout`] of clusters and [`RouteTimeout`] of routes. 0 is without
//! limit. The limits of the route itself go before `requestTimeout`. A limit that is no length of time makes routes
//! answer 500.

use eg_api::v1alpha1::{HttpTimeout, TcpTimeout, Timeout};
use eg_diag::{Code, Diagnostic, FieldPath};
use eg_ir::{FeatureId, cluster::BackendTimeout, features, route::RouteTimeout};

use super::{BackendTraffic, BackendTrafficSlot, Reader};
use crate::policy::{Declared, FieldCx, PolicyField};

static INVALID: Code = Code::error("invalid-backend-timeout", "Accepted", "Invalid");

/// Time limits towards backends.
pub(super) struct BackendTimeoutField;

impl PolicyField<BackendTraffic> for BackendTimeoutField {
    fn id(&self) -> FeatureId {
        features::BACKEND_TIMEOUT
    }

    fn is_set(&self, policy: &Declared<'_, BackendTraffic>) -> bool {
        policy.spec.cluster.timeout.is_some()
    }

    fn validate(&self, policy: &Declared<'_, BackendTraffic>, problems: &mut Vec<Diagnostic>) {
        if let Some(timeout) = &policy.spec.cluster.timeout {
            lower(timeout, &FieldPath::spec().field("timeout"), problems);
        }
    }

    fn lower(
        &self,
        cx: &FieldCx<'_, '_, BackendTraffic>,
        slot: &mut BackendTrafficSlot,
    ) -> Result<(), Diagnostic> {
        if let Some(timeout) = &cx.policy.spec.cluster.timeout {
            let (cluster, route) = lower(timeout, &FieldPath::root(), &mut Vec::new());
            if cluster != BackendTimeout::default() {
                slot.cluster_mut().timeout = Some(cluster);
            }
            if route != RouteTimeout::default() {
                slot.route_mut().timeout = Some(route);
            }
        }
        Ok(())
    }
}

/// The limits of connections, and those of requests.
pub(super) fn lower(
    timeout: &Timeout,
    at: &FieldPath,
    problems: &mut Vec<Diagnostic>,
) -> (BackendTimeout, RouteTimeout) {
    let mut reader = Reader::new(&INVALID, problems);
    let Timeout { http, tcp } = timeout;
    let (mut cluster, mut route) = (BackendTimeout::default(), RouteTimeout::default());
    if let Some(TcpTimeout { connect_timeout }) = tcp {
        cluster.connect_ms = reader.millis(connect_timeout.as_ref(), at.field("tcp").field("connectTimeout"));
    }
    if let Some(http) = http {
        let HttpTimeout {
            connection_idle_timeout,
            max_connection_duration,
            max_stream_duration,
            request_timeout,
            stream_idle_timeout,
        } = http;
        let at = at.field("http");
        cluster.idle_ms = reader.millis(connection_idle_timeout.as_ref(), at.field("connectionIdleTimeout"));
        cluster.max_duration_ms =
            reader.millis(max_connection_duration.as_ref(), at.field("maxConnectionDuration"));
        route.max_stream_ms = reader.millis(max_stream_duration.as_ref(), at.field("maxStreamDuration"));
        route.request_ms = reader.millis(request_timeout.as_ref(), at.field("requestTimeout"));
        route.stream_idle_ms = reader.millis(stream_idle_timeout.as_ref(), at.field("streamIdleTimeout"));
    }
    (cluster, route)
}
