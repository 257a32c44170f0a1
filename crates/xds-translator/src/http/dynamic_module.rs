//! Modules, loaded into the proxy, that see and change requests and responses.
//!
//! API: `EnvoyExtensionPolicy.spec.dynamicModule`. Envoy: one filter `dynamic_modules` for each filter of a module, off on
//! listeners, which a route turns on. Envoy refuses a listener whose module it cannot load.

use eg_diag::Diagnostic;
use eg_ir::{
    FeatureId, features,
    route::{DynamicModule as Settings, ModuleSource},
};

use super::{FilterChain, HttpFeature, RouteCx, ServerCx, processor};
use crate::envoy::{any, core, dynamic_module, dynamic_module_filter, millis, route};

const FILTER: (&FeatureId, &str) = (&features::DYNAMIC_MODULE, "envoy.filters.http.dynamic_modules");

/// The time for a download, in milliseconds.
const DOWNLOAD_TIMEOUT_MS: u64 = 10_000;

/// Modules, loaded into the proxy, that see and change requests and responses.
pub(super) struct DynamicModule;

impl HttpFeature for DynamicModule {
    fn id(&self) -> FeatureId {
        features::DYNAMIC_MODULE
    }

    fn filters(&self, cx: ServerCx<'_>, chain: &mut FilterChain) -> Result<(), Diagnostic> {
        processor::filters(cx, FILTER, chain, emit)
    }

    fn route(&self, cx: RouteCx<'_>, route: &mut route::Route) -> Result<(), Diagnostic> {
        processor::turn_on(cx, FILTER, route, |_| None);
        Ok(())
    }
}

fn emit(settings: &Settings) -> dynamic_module_filter::DynamicModuleFilter {
    let Settings { name: _, position: _, source, filter, config, stays_loaded, is_global, answers } =
        settings;
    dynamic_module_filter::DynamicModuleFilter {
        dynamic_module_config: Some(dynamic_module::DynamicModuleConfig {
            do_not_close: *stays_loaded,
            load_globally: *is_global,
            module: Some(core::AsyncDataSource { specifier: Some(module(source)) }),
            ..dynamic_module::DynamicModuleConfig::default()
        }),
        filter_name: filter.clone(),
        filter_config: config.as_ref().map(any),
        terminal_filter: *answers,
    }
}

fn module(source: &ModuleSource) -> core::async_data_source::Specifier {
    use core::async_data_source::Specifier;
    match source {
        ModuleSource::Local(path) => {
            let path = core::data_source::Specifier::Filename(path.clone());
            Specifier::Local(core::DataSource { specifier: Some(path), ..core::DataSource::default() })
        }
        ModuleSource::Remote { url, cluster, sha256 } => Specifier::Remote(core::RemoteDataSource {
            http_uri: Some(core::HttpUri {
                uri: url.clone(),
                timeout: Some(millis(DOWNLOAD_TIMEOUT_MS)),
                http_upstream_type: Some(core::http_uri::HttpUpstreamType::Cluster(cluster.to_string())),
            }),
            sha256: sha256.clone(),
            ..core::RemoteDataSource::default()
        }),
    }
}
