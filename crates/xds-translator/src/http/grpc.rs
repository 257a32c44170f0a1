//! What listeners with gRPC routes provide: clients that speak gRPC-Web, and statistics by method.
//!
//! API: GRPCRoute, `ClientTrafficPolicy.spec.grpc.enableWeb` and `EnvoyProxy.spec.telemetry.metrics.enableGRPCStats`. Envoy: the
//! filters `grpc_web` and `grpc_stats`. They are there when some route of the listener needs them, and the first one also where
//! the policy says so, or not, as the second one where the EnvoyProxy does.

use eg_diag::Diagnostic;
use eg_ir::{FeatureId, features};

use super::{FilterChain, HttpFeature, ServerCx};
use crate::envoy::{grpc_stats, grpc_web};

/// What listeners with gRPC routes provide.
pub(super) struct Grpc;

impl HttpFeature for Grpc {
    fn id(&self) -> FeatureId {
        features::GRPC
    }

    fn filters(&self, cx: ServerCx<'_>, chain: &mut FilterChain) -> Result<(), Diagnostic> {
        use grpc_stats::filter_config::PerMethodStatSpecifier;
        let is_needed = cx.is_needed(&features::GRPC);
        if cx.server.client.grpc_web.unwrap_or(is_needed) {
            chain.add("envoy.filters.http.grpc_web", &grpc_web::GrpcWeb::default());
        }
        if cx.server.grpc_stats.unwrap_or(is_needed) {
            let stats = grpc_stats::FilterConfig {
                emit_filter_state: true,
                per_method_stat_specifier: Some(PerMethodStatSpecifier::StatsForAllMethods(true)),
                ..grpc_stats::FilterConfig::default()
            };
            chain.add("envoy.filters.http.grpc_stats", &stats);
        }
        Ok(())
    }
}
