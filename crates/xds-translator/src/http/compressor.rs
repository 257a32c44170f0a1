//! Compression of responses.
//!
//! API: `BackendTrafficPolicy.spec.compressor`. Envoy: a filter `compressor` for each algorithm, off on listeners with a route that
//! needs it, and on for the route. Backends are not told that clients know how to decompress, so that the proxy is the one who
//! compresses.

use eg_diag::Diagnostic;
use eg_ir::{
    FeatureId, features,
    route::{CompressionAlgorithm, Compressor as Settings},
};

use super::{FilterChain, HttpFeature, RouteCx, ServerCx};
use crate::envoy::{
    any, brotli,
    compressor::{
        Compressor as Filter, CompressorOverrides, CompressorPerRoute, ResponseDirectionOverrides,
        compressor::{CommonDirectionConfig, ResponseDirectionConfig},
        compressor_per_route::Override,
    },
    core, gzip, route, zstd,
};

/// Compression of responses.
pub(super) struct Compressor;

impl HttpFeature for Compressor {
    fn id(&self) -> FeatureId {
        features::COMPRESSOR
    }

    fn filters(&self, cx: ServerCx<'_>, chain: &mut FilterChain) -> Result<(), Diagnostic> {
        let needed: Result<Vec<Settings>, _> = cx.needed(&features::COMPRESSOR).collect();
        let mut needed = needed?;
        needed.sort_by_key(|settings| settings.algorithm);
        for settings in needed {
            chain.add_disabled(&name(settings.algorithm), &emit(&settings));
        }
        Ok(())
    }

    fn route(&self, cx: RouteCx<'_>, route: &mut route::Route) -> Result<(), Diagnostic> {
        let compressors = cx.route.traffic.iter().flat_map(|traffic| &traffic.compressors);
        for Settings { algorithm, .. } in compressors {
            let on = CompressorOverrides {
                response_direction_config: Some(ResponseDirectionOverrides::default()),
                ..CompressorOverrides::default()
            };
            let on = CompressorPerRoute { r#override: Some(Override::Overrides(on)) };
            route.typed_per_filter_config.insert(name(*algorithm), any(&on));
            let header = "accept-encoding";
            if !route.request_headers_to_remove.iter().any(|removed| removed == header) {
                route.request_headers_to_remove.push(header.to_owned());
            }
        }
        Ok(())
    }
}

fn name(algorithm: CompressionAlgorithm) -> String {
    format!("envoy.filters.http.compressor.{}", algorithm.name())
}

fn emit(Settings { algorithm, min_bytes, preferred }: &Settings) -> Filter {
    let library = match algorithm {
        CompressionAlgorithm::Brotli => any(&brotli::Brotli::default()),
        CompressionAlgorithm::Gzip => any(&gzip::Gzip::default()),
        CompressionAlgorithm::Zstd => any(&zstd::Zstd::default()),
    };
    let response = min_bytes.map(|bytes| ResponseDirectionConfig {
        common_config: Some(CommonDirectionConfig {
            min_content_length: Some(bytes),
            ..CommonDirectionConfig::default()
        }),
        ..ResponseDirectionConfig::default()
    });
    Filter {
        compressor_library: Some(core::TypedExtensionConfig {
            name: format!("envoy.compression.{}.compressor", algorithm.name()),
            typed_config: Some(library),
        }),
        response_direction_config: response,
        choose_first: *preferred,
        ..Filter::default()
    }
}
