//! Statistics: which are kept, the listener that Prometheus scrapes, and OpenTelemetry collectors.
//!
//! The API field is `EnvoyProxy.spec.telemetry.metrics`. A collector is a statistics sink with a cluster of its own.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};

use super::{BootstrapError, Compression, MetricSink, Options, Prometheus, SinkTls, SinkTrust, StatMatch};

/// The key of the HTTP settings of a cluster.
pub(super) const HTTP_PROTOCOL_OPTIONS: &str = "envoy.extensions.upstreams.http.v3.HttpProtocolOptions";
/// The type URL of the HTTP settings of a cluster.
pub(super) const HTTP_PROTOCOL_OPTIONS_TYPE: &str =
    "type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions";

/// The cluster that is Envoy's own administration interface.
const PROMETHEUS_CLUSTER: &str = "prometheus_stats";
/// The name under which the compressor filter finds its settings per virtual host and route.
const COMPRESSION_FILTER: &str = "envoy.filters.http.compression";
const COMPRESSOR_PER_ROUTE: &str =
    "type.googleapis.com/envoy.extensions.filters.http.compressor.v3.CompressorPerRoute";

/// Which statistics are kept, and which parts of their names become tags.
pub(super) fn stats_config(matches: &[StatMatch]) -> Value {
    let mut config = json!({
        "use_all_default_tags": true,
        "stats_tags": [
            {"tag_name": "from_zone", "regex": r"\.zone(\.(([^\.]+)\.))"},
            {"tag_name": "to_zone", "regex": r"\.zone\.[^\.]+\.(([^\.]+)\.)"},
            {"tag_name": "socket_match_name", "regex": r"^cluster(\..+\.(.+))\.total_match_count$"},
            {"tag_name": "priority", "regex": r"circuit_breakers\.((.+?)\.).+"},
        ],
    });
    if !matches.is_empty() {
        config["stats_matcher"] = json!({"inclusion_list": {"patterns": patterns(matches)}});
    }
    config
}

/// The patterns by kind, in the order of the user within a kind.
fn patterns(matches: &[StatMatch]) -> Vec<Value> {
    let mut patterns: Vec<(u8, Value)> = matches
        .iter()
        .map(|pattern| match pattern {
            StatMatch::Exact(text) => (0, json!({"exact": text})),
            StatMatch::Prefix(text) => (1, json!({"prefix": text})),
            StatMatch::Suffix(text) => (2, json!({"suffix": text})),
            StatMatch::Regex(text) => (3, json!({"safe_regex": {"google_re2": {}, "regex": text}})),
        })
        .collect();
    patterns.sort_by_key(|(kind, _)| *kind);
    patterns.into_iter().map(|(_, pattern)| pattern).collect()
}

/// The listener that serves `/stats/prometheus` and nothing else.
pub(super) fn prometheus_listener(options: &Options, prometheus: Prometheus) -> Value {
    let address = options.stats_address();
    let port = options.stats.port;
    let mut socket = json!({"address": address.to_string(), "port_value": port, "protocol": "TCP"});
    if address.is_ipv6() && address.is_unspecified() {
        socket["ipv4_compat"] = json!(true);
    }
    let mut route = json!({
        "match": {
            "path": "/stats/prometheus",
            "headers": [{"name": ":method", "string_match": {"exact": "GET"}}],
        },
        "route": {"cluster": PROMETHEUS_CLUSTER},
    });
    let mut host = json!({"name": PROMETHEUS_CLUSTER, "domains": ["*"]});
    let mut filters = Vec::new();
    if let Some(compression) = prometheus.compression {
        filters.push(compressor(compression));
        host["typed_per_filter_config"] =
            json!({COMPRESSION_FILTER: {"@type": COMPRESSOR_PER_ROUTE, "disabled": true}});
        route["typed_per_filter_config"] = json!({
            COMPRESSION_FILTER: {"@type": COMPRESSOR_PER_ROUTE, "overrides": {"response_direction_config": null}},
        });
    }
    filters.push(json!({
        "name": "envoy.filters.http.router",
        "typed_config": {"@type": "type.googleapis.com/envoy.extensions.filters.http.router.v3.Router"},
    }));
    host["routes"] = json!([route]);
    json!({
        "name": format!("envoy-gateway-proxy-stats-{address}-{port}"),
        "address": {"socket_address": socket},
        "bypass_overload_manager": true,
        "filter_chains": [{"filters": [{
            "name": "envoy.filters.network.http_connection_manager",
            "typed_config": {
                "@type": "type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager",
                "stat_prefix": "eg-stats-http",
                "normalize_path": true,
                "route_config": {"name": "local_route", "virtual_hosts": [host]},
                "http_filters": filters,
            },
        }]}],
    })
}

/// The compressor filter of the Prometheus listener.
fn compressor(compression: Compression) -> Value {
    let library = match compression {
        Compression::Brotli => "type.googleapis.com/envoy.extensions.compression.brotli.compressor.v3.Brotli",
        Compression::Gzip => "type.googleapis.com/envoy.extensions.compression.gzip.compressor.v3.Gzip",
        Compression::Zstd => "type.googleapis.com/envoy.extensions.compression.zstd.compressor.v3.Zstd",
    };
    json!({
        "name": "envoy.filters.http.compressor",
        "typed_config": {
            "@type": "type.googleapis.com/envoy.extensions.filters.http.compressor.v3.Compressor",
            "compressor_library": {"name": "text_optimized", "typed_config": {"@type": library}},
        },
    })
}

/// The administration interface as a cluster.
pub(super) fn prometheus_cluster(options: &Options) -> Value {
    let mut cluster =
        one_endpoint(PROMETHEUS_CLUSTER, &options.admin_target().to_string(), options.admin.port);
    cluster["type"] = json!("STATIC");
    cluster
}

/// The statistics sink of a collector.
pub(super) fn sink(index: usize, sink: &MetricSink) -> Value {
    let mut target = json!({"cluster_name": sink_cluster_name(index)});
    if let Some(authority) = &sink.authority {
        target["authority"] = json!(authority);
    }
    let mut service = json!({"envoy_grpc": target});
    if !sink.headers.is_empty() {
        service["initial_metadata"] =
            sink.headers.iter().map(|header| json!({"key": header.name, "value": header.value})).collect();
    }
    let mut config = Map::new();
    config.insert(
        "@type".to_owned(),
        json!("type.googleapis.com/envoy.extensions.stat_sinks.open_telemetry.v3.SinkConfig"),
    );
    config.insert("grpc_service".to_owned(), service);
    if sink.report_counters_as_deltas {
        config.insert("report_counters_as_deltas".to_owned(), json!(true));
    }
    if sink.report_histograms_as_deltas {
        config.insert("report_histograms_as_deltas".to_owned(), json!(true));
    }
    if !sink.resource_attributes.is_empty() {
        config.insert("resource_detectors".to_owned(), json!([{
            "name": "envoy.tracers.opentelemetry.resource_detectors.static_config",
            "typed_config": {
                "@type": "type.googleapis.com/envoy.extensions.tracers.opentelemetry.resource_detectors.v3.StaticConfigResourceDetectorConfig",
                "attributes": sink.resource_attributes,
            },
        }]));
    }
    json!({"name": "envoy.stat_sinks.open_telemetry", "typed_config": config})
}

/// The cluster of a collector.
pub(super) fn sink_cluster(index: usize, sink: &MetricSink) -> Result<Value, BootstrapError> {
    if sink.address.is_empty() {
        return Err(BootstrapError::MetricSink { index, missing: "address" });
    }
    if sink.port == 0 {
        return Err(BootstrapError::MetricSink { index, missing: "port" });
    }
    let mut cluster = one_endpoint(&sink_cluster_name(index), &sink.address, sink.port);
    cluster["type"] = json!("STRICT_DNS");
    cluster["typed_extension_protocol_options"] = json!({HTTP_PROTOCOL_OPTIONS: {
        "@type": HTTP_PROTOCOL_OPTIONS_TYPE,
        "explicit_http_config": {"http2_protocol_options": {}},
    }});
    if let Some(tls) = &sink.tls {
        cluster["transport_socket"] =
            json!({"name": "envoy.transport_sockets.tls", "typed_config": sink_tls(tls)});
    }
    Ok(cluster)
}

fn sink_tls(tls: &SinkTls) -> Value {
    let SinkTls { sni, trust } = tls;
    let trusted_ca = match trust {
        SinkTrust::System => json!({"filename": "/etc/ssl/certs/ca-certificates.crt"}),
        SinkTrust::Bundle(pem) => json!({"inline_bytes": STANDARD.encode(pem)}),
    };
    let mut context = json!({
        "@type": "type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext",
        "common_tls_context": {"validation_context": {"trusted_ca": trusted_ca}},
    });
    if let Some(sni) = sni {
        context["sni"] = json!(sni);
    }
    context
}

fn sink_cluster_name(index: usize) -> String {
    format!("otel_metric_sink_{index}")
}

fn one_endpoint(name: &str, address: &str, port: u16) -> Value {
    json!({
        "name": name,
        "connect_timeout": "0.250s",
        "lb_policy": "ROUND_ROBIN",
        "load_assignment": {
            "cluster_name": name,
            "endpoints": [{"lb_endpoints": [{
                "endpoint": {"address": {"socket_address": {"address": address, "port_value": port}}},
            }]}],
        },
    })
}
