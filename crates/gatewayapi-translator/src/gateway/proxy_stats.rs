//! Statistics that proxies keep beside the usual ones.
//!
//! API: `enableGRPCStats` and `enableVirtualHostStats` of `EnvoyProxy.spec.telemetry.metrics`. Calls of gRPC are counted by service
//! and method where routes are for gRPC, unless the EnvoyProxy says that they are everywhere, or nowhere. IR:
//! `HttpServer::grpc_stats` and `VirtualHost::stats`.

use eg_api::v1alpha1::{EnvoyProxySpec, ProxyMetrics};

fn metrics(proxy: &EnvoyProxySpec) -> Option<&ProxyMetrics> {
    proxy.telemetry.as_ref()?.metrics.as_ref()
}

/// Whether calls of gRPC are counted; `None` leaves it to the routes.
pub(super) fn grpc(proxy: &EnvoyProxySpec) -> Option<bool> {
    metrics(proxy)?.enable_grpc_stats
}

/// Whether virtual hosts have statistics of their own.
pub(super) fn virtual_hosts(proxy: &EnvoyProxySpec) -> bool {
    metrics(proxy).and_then(|metrics| metrics.enable_virtual_host_stats).unwrap_or(false)
}
