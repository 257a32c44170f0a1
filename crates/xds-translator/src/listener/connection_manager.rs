//! The HTTP connection manager: what reads requests from a connection and finds their routes.
//!
//! Its defaults are those of a proxy at the edge: strict about headers and paths, small HTTP/2 windows.

use eg_diag::Diagnostic;
use eg_ir::listener::HttpServer;

use crate::{
    Features,
    envoy::{ads, any, core, hcm, listener as pb, router},
    http::{FilterChain, ServerCx},
};

/// Concurrent HTTP/2 streams of one connection.
const MAX_STREAMS: u32 = 100;
/// Flow-control window of an HTTP/2 stream, in bytes.
pub(crate) const STREAM_WINDOW: u32 = 64 * 1024;
/// Flow-control window of an HTTP/2 connection, in bytes.
pub(crate) const CONNECTION_WINDOW: u32 = 1024 * 1024;

/// The network filter that serves HTTP.
pub(super) fn filter(features: &Features, cx: ServerCx<'_>) -> Result<pb::Filter, Diagnostic> {
    let mut manager = manager(cx);
    let mut chain = FilterChain::default();
    for feature in &features.http {
        feature.filters(cx, &mut chain)?;
    }
    let mut router = router::Router {
        suppress_envoy_headers: !cx.server.client.headers.envoy_headers,
        ..router::Router::default()
    };
    for feature in &features.listener {
        feature.router(cx, &mut router)?;
    }
    manager.http_filters = chain.finish(&router);
    for feature in &features.listener {
        feature.connection_manager(cx, &mut manager)?;
    }
    Ok(network_filter(&manager))
}

/// Wraps a connection manager as a network filter.
pub(super) fn network_filter(manager: &hcm::HttpConnectionManager) -> pb::Filter {
    pb::Filter {
        name: "envoy.filters.network.http_connection_manager".to_owned(),
        config_type: Some(pb::filter::ConfigType::TypedConfig(any(manager))),
    }
}

fn manager(cx: ServerCx<'_>) -> hcm::HttpConnectionManager {
    use hcm::http_connection_manager::{RouteSpecifier, ServerHeaderTransformation};
    // Needs and settings are read by the features that they were recorded for.
    let HttpServer {
        name: _,
        origin: _,
        routes,
        stat_prefix: _,
        client: _,
        tracing: _,
        request_id: _,
        grpc_stats: _,
        needs: _,
        auths: _,
    } = cx.server;
    hcm::HttpConnectionManager {
        stat_prefix: stat_prefix(cx),
        route_specifier: Some(RouteSpecifier::Rds(hcm::Rds {
            config_source: Some(ads()),
            route_config_name: routes.to_string(),
        })),
        http2_protocol_options: Some(core::Http2ProtocolOptions {
            max_concurrent_streams: Some(MAX_STREAMS),
            initial_stream_window_size: Some(STREAM_WINDOW),
            initial_connection_window_size: Some(CONNECTION_WINDOW),
            ..core::Http2ProtocolOptions::default()
        }),
        use_remote_address: Some(true),
        server_header_transformation: ServerHeaderTransformation::PassThrough.into(),
        ..hcm::HttpConnectionManager::default()
    }
}

/// The prefix of the statistics of a server.
pub(super) fn stat_prefix(cx: ServerCx<'_>) -> String {
    let made = || format!("{}-{}", if cx.tls { "https" } else { "http" }, cx.listener.port);
    cx.server.stat_prefix.as_deref().map_or_else(made, str::to_owned)
}
