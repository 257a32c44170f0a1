//! Statistics that proxies keep beside the usual ones.
//!
//! API: `enableGRPCStats` and `enableVirtualHostStats` of `EnvoyProxy.spec.telemetry.metrics`. Calls of gRPC are counted by service
//! and method where routes are for gRPC, unless the EnvoyProxy says that they are everywhere, or nowhere. IR:
//! `HttpServer::grpc_stats` and `VirtualHost::stats`.

use eg_api::v1alpha1::{EnvoyProxySpec, ProxyMetrics};
use eg_diag::ObjectRef;

use super::state::GatewayOf;
use crate::engine::{ReadCx, Unit};

fn metrics(proxy: &EnvoyProxySpec) -> Option<&ProxyMetrics> {
    proxy.telemetry.as_ref()?.metrics.as_ref()
}

/// Whether calls of gRPC are counted; `None` leaves it to the routes.
pub(super) fn grpc(proxy: &EnvoyProxySpec) -> Option<bool> {
    metrics(proxy)?.enable_grpc_stats
}

/// Whether the virtual hosts of a Gateway have statistics of their own, so that its other edits re-run none of them.
pub(crate) struct HostStatsOf;

impl Unit for HostStatsOf {
    type Key = ObjectRef;
    type Out = bool;
    const NAME: &'static str = "host_stats";
    const RANK: u8 = 5;

    fn compute(cx: &ReadCx<'_>, key: &ObjectRef) -> bool {
        let state = cx.unit::<GatewayOf>(key);
        let proxy = state.as_ref().as_ref().and_then(|state| state.proxy.as_ref());
        proxy.and_then(|proxy| metrics(&proxy.spec)?.enable_virtual_host_stats).unwrap_or(false)
    }
}
