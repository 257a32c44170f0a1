//! Compares whole bootstraps with those recorded for fleets on Kubernetes, where the records are at hand.
//!
//! They are looked for in the directory `EG_SHARED`, else in `shared` beside the repository.

#![allow(clippy::disallowed_methods, reason = "the recorded files are not part of the repository")]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;
use std::path::{Path, PathBuf};

use eg_xds_translator::bootstrap::{
    self, BootstrapError, Compression, ControlPlane, Header, IpFamily, MetricSink, Options, Prometheus,
    Security, SinkTls, SinkTrust, StatMatch, UserBootstrap, Violation,
};
use serde_json::Value;
use xds_api::Case;
use xds_api::pb::envoy::config::bootstrap::v3::Bootstrap;

/// The recorded cases, or nothing and a loud word.
fn records() -> Option<PathBuf> {
    let root = std::env::var_os("EG_SHARED")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared"), PathBuf::from);
    let path = root.join("parity/cases");
    if path.is_dir() {
        return Some(path);
    }
    eprintln!("NOT RUN: there are no recorded fleets in {}", path.display());
    None
}

fn canonical(bootstrap: &Value) -> Value {
    let message: Bootstrap = xds_api::from_json(bootstrap).unwrap();
    xds_api::to_json(&message, Case::Snake).unwrap()
}

/// The options of a fleet of an installation with the chart's defaults.
fn fleet(name: &str) -> Options {
    let control_plane = ControlPlane {
        host: "envoy-gateway.envoy-gateway-system.svc.cluster.local.".to_owned(),
        ..ControlPlane::default()
    };
    Options { local_cluster: Some(name.to_owned()), control_plane, ..Options::default() }
}

/// The `bootstrap` block of the EnvoyProxy among the objects of a case.
fn block(case: &Path) -> Option<Value> {
    let input = fs::read_to_string(case.join("input.yaml")).unwrap();
    let objects: Vec<Value> = serde_saphyr::from_str_multiple(&input).unwrap();
    let proxy = objects.into_iter().find(|object| object["kind"] == "EnvoyProxy")?;
    proxy["spec"].get("bootstrap").cloned()
}

fn recorded(case: &Path, name: &str) -> Value {
    let all: Value = serde_json::from_slice(&fs::read(case.join("bootstrap.json")).unwrap()).unwrap();
    all[name].clone()
}

/// Checks the bootstrap of one fleet with the user's patch that the case has, if any.
fn check(case: &str, name: &str, adjust: impl FnOnce(&mut Options)) {
    let Some(records) = records() else { return };
    let case = records.join(case);
    let mut options = fleet(name);
    adjust(&mut options);
    let user = block(&case).map(|block| UserBootstrap::from_block(&block).unwrap());
    let bootstrap = bootstrap::effective(&options, user.as_ref()).unwrap();
    assert_eq!(canonical(&bootstrap), canonical(&recorded(&case, name)), "{}", case.display());
}

fn collector(address: &str, port: u16, authority: &str) -> MetricSink {
    let authority = Some(authority.to_owned());
    MetricSink { address: address.to_owned(), port, authority, ..MetricSink::default() }
}

fn compress(options: &mut Options, compression: Compression) {
    options.metrics.prometheus = Some(Prometheus { compression: Some(compression) });
}

#[test]
fn defaults() {
    check("accesslog-als-backend", "envoy-gateway/gateway-1", |_| {});
    check("conflicting-policies", "envoy-gateway-class", |_| {});
}

#[test]
fn topology_injector_off() {
    check("gap-gateway-topology-injector-off", "travel/trips", |options| options.local_cluster = None);
}

#[test]
fn gateway_namespace_mode() {
    check("gateway-namespace-mode-infra-httproute", "test-ns/gateway-3", |options| {
        options.control_plane.security = Security::token();
    });
}

#[test]
fn heap_limit_and_compression() {
    check("gap-company-carmaker", "platform/public", |options| {
        options.max_heap_size_bytes = Some(858_993_459);
        compress(options, Compression::Gzip);
    });
}

#[test]
fn prometheus() {
    let case = "gap-envoyproxy-metrics-prometheus";
    check(case, "edge/gw-off", |options| options.metrics.prometheus = None);
    check(case, "edge/gw-gzip", |options| compress(options, Compression::Gzip));
    check(case, "edge/gw-brotli", |options| compress(options, Compression::Brotli));
    check(case, "edge/gw-zstd", |options| compress(options, Compression::Zstd));
}

#[test]
fn ip_families() {
    check("gap-envoyproxy-ipfamily-dualstack", "games/lobby-gw", |options| {
        options.ip_family = IpFamily::Dual;
    });
    check("gap-envoyproxy-ipfamily-ipv6", "travel/trips", |options| options.ip_family = IpFamily::V6);
}

#[test]
fn stat_matches() {
    check("gap-envoyproxy-metrics-stats", "payments/pay-gw", |options| {
        options.metrics.matches = vec![
            StatMatch::Prefix("cluster.".to_owned()),
            StatMatch::Suffix(".upstream_rq_total".to_owned()),
            // The record has every backslash of the user's expression twice, which makes it match nothing; we keep
            // expressions as they are written.
            StatMatch::Regex(r"http\\..*\\.rq_.*".to_owned()),
            StatMatch::Exact("server.live".to_owned()),
        ];
    });
}

#[test]
fn collectors() {
    check("gap-envoyproxy-metrics-otel-sinks", "media/stream-gw", |options| {
        let first = MetricSink {
            headers: vec![Header { name: "x-tenant".to_owned(), value: "edge".to_owned() }],
            resource_attributes: [("service.version".to_owned(), "7".to_owned())].into(),
            report_counters_as_deltas: true,
            report_histograms_as_deltas: true,
            ..collector("10.244.71.10", 4317, "collector.obs.svc")
        };
        let second = collector("metrics.obs.svc.cluster.local", 4318, "metrics.obs.svc.cluster.local");
        options.metrics.sinks = vec![first, second];
    });
}

#[test]
fn collector_with_tls() {
    check("envoyproxy-otel-backend-tls-per-resource-secret", "envoy-gateway/gateway-1", |options| {
        let host = "otel-collector.example.com";
        let tls = Some(SinkTls { sni: Some(host.to_owned()), trust: SinkTrust::System });
        options.metrics.sinks = vec![MetricSink { tls, ..collector(host, 443, host) }];
    });
}

#[test]
fn json_patches() {
    check("gap-envoyproxy-bootstrap-jsonpatch", "logistics/hub", |_| {});
    check("gap-envoyproxy-bootstrap-patch-ops", "bank/core-gw", |_| {});
}

#[test]
fn refused_replacement() {
    let Some(records) = records() else { return };
    let case = records.join("gap-envoyproxy-bootstrap-replace-rejected");
    let user = UserBootstrap::from_block(&block(&case).unwrap()).unwrap();
    let refused = bootstrap::effective(&fleet("payments/pay-gw"), Some(&user));
    assert_eq!(refused, Err(BootstrapError::Invalid(vec![Violation::XdsClusterEndpoints])));
}

/// Recorded fleets that differ from the default only by their name, to see that none was forgotten by accident.
#[test]
fn most_fleets_have_the_default() {
    let Some(records) = records() else { return };
    let (mut same, mut all) = (0, 0);
    for case in fs::read_dir(records).unwrap() {
        let path = case.unwrap().path().join("bootstrap.json");
        let Ok(text) = fs::read(&path) else { continue };
        let fleets: Value = serde_json::from_slice(&text).unwrap();
        for (name, expected) in fleets.as_object().unwrap() {
            all += 1;
            let rendered = bootstrap::render(&fleet(name)).unwrap();
            same += usize::from(&rendered == expected);
        }
    }
    assert!(all > 0 && same * 20 > all * 19, "only {same} of {all}");
}
