//! Compares rendering, user patches and validation with recorded bootstraps, where those are at hand.
//!
//! They are looked for in the directory `EG_SHARED`, else in `shared` beside the repository.

#![allow(clippy::disallowed_methods, reason = "the recorded files are not part of the repository")]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;
use std::path::{Path, PathBuf};

use eg_xds_translator::bootstrap::{
    self, BootstrapError, Compression, Header, IpFamily, MetricSink, Options, Prometheus, Security, SinkTls,
    SinkTrust, StatMatch, UserBootstrap,
};
use serde_json::Value;
use xds_api::Case;
use xds_api::pb::envoy::config::bootstrap::v3::Bootstrap;

/// The folder of recorded cases, or nothing and a loud word.
fn shared(folder: &str) -> Option<PathBuf> {
    let root = std::env::var_os("EG_SHARED")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared"), PathBuf::from);
    let path = root.join(folder);
    if path.is_dir() {
        return Some(path);
    }
    eprintln!("NOT RUN: there are no recorded cases in {}", path.display());
    None
}

fn read(path: &Path) -> Value {
    let text = fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_saphyr::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn cases(folder: &Path) -> Vec<PathBuf> {
    let mut cases: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    cases.sort();
    cases
}

/// A bootstrap in its canonical form: decoded and encoded again.
fn canonical(bootstrap: &Value) -> Value {
    let message: Bootstrap = xds_api::from_json(bootstrap).unwrap();
    xds_api::to_json(&message, Case::Snake).unwrap()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn port(value: &Value) -> u16 {
    u16::try_from(value.as_u64().unwrap_or_default()).unwrap()
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

/// Our options for the recorded ones.
fn options(recorded: &Value) -> Options {
    let mut options = Options::default();
    if let Some(host) = recorded["xdsServerHost"].as_str() {
        host.clone_into(&mut options.control_plane.host);
    }
    let overrides = [
        ("xdsServerPort", &mut options.control_plane.port),
        ("adminServerPort", &mut options.admin.port),
        ("statsServerPort", &mut options.stats.port),
    ];
    for (name, target) in overrides {
        if recorded.get(name).is_some() {
            *target = port(&recorded[name]);
        }
    }
    if recorded["ipFamily"] == "IPv6" {
        options.ip_family = IpFamily::V6;
    }
    if recorded["topologyInjectorDisabled"] == true {
        options.local_cluster = None;
    }
    if let Some(sds) = recorded.get("sdsConfig") {
        options.control_plane.security = Security::MutualTls {
            certificate: text(&sds["certificate"]),
            trusted_ca: text(&sds["trustedCA"]),
        };
    }
    options.max_heap_size_bytes = recorded["maxHeapSizeBytes"].as_u64();
    metrics(recorded, &mut options);
    options
}

fn metrics(recorded: &Value, options: &mut Options) {
    let metrics = &recorded["proxyMetrics"];
    if metrics["prometheus"]["disable"] == true {
        options.metrics.prometheus = None;
    } else if let Some(compression) = metrics["prometheus"]["compression"]["type"].as_str() {
        let compression = Some(match compression {
            "Brotli" => Compression::Brotli,
            "Gzip" => Compression::Gzip,
            "Zstd" => Compression::Zstd,
            other => panic!("no such compression: {other}"),
        });
        options.metrics.prometheus = Some(Prometheus { compression });
    }
    options.metrics.matches = list(&metrics["matches"])
        .iter()
        .map(|pattern| {
            let value = text(&pattern["value"]);
            match pattern["type"].as_str() {
                Some("Exact") => StatMatch::Exact(value),
                Some("Prefix") => StatMatch::Prefix(value),
                Some("Suffix") => StatMatch::Suffix(value),
                Some("RegularExpression") => StatMatch::Regex(value),
                other => panic!("no such match: {other:?}"),
            }
        })
        .collect();
    let written = list(&metrics["sinks"]).iter().map(|sink| written_sink(&sink["openTelemetry"]));
    let resolved = list(&recorded["resolvedMetricSinks"]).iter().map(resolved_sink);
    options.metrics.sinks = written.chain(resolved).collect();
}

/// A sink as the user writes it; a backend is addressed as a service.
fn written_sink(sink: &Value) -> MetricSink {
    let backend = &sink["backendRefs"][0];
    let (address, port_value) = if backend.is_null() {
        (text(&sink["host"]), &sink["port"])
    } else {
        (format!("{}.{}.svc", text(&backend["name"]), text(&backend["namespace"])), &backend["port"])
    };
    MetricSink { address, port: port(port_value), ..sink_settings(sink) }
}

/// A sink as it is after its references were followed.
fn resolved_sink(sink: &Value) -> MetricSink {
    let tls = sink.get("tls").map(|tls| SinkTls {
        sni: tls["sni"].as_str().map(str::to_owned),
        trust: match tls["caCertificate"].as_str() {
            Some(pem) => SinkTrust::Bundle(pem.to_owned()),
            None => SinkTrust::System,
        },
    });
    MetricSink { address: text(&sink["address"]), port: port(&sink["port"]), tls, ..sink_settings(sink) }
}

fn sink_settings(sink: &Value) -> MetricSink {
    let header = |header: &Value| Header { name: text(&header["name"]), value: text(&header["value"]) };
    MetricSink {
        authority: sink["authority"].as_str().map(str::to_owned),
        headers: list(&sink["headers"]).iter().map(header).collect(),
        resource_attributes: sink["resourceAttributes"]
            .as_object()
            .into_iter()
            .flatten()
            .map(|(name, value)| (name.clone(), text(value)))
            .collect(),
        report_counters_as_deltas: sink["reportCountersAsDeltas"] == true,
        report_histograms_as_deltas: sink["reportHistogramsAsDeltas"] == true,
        ..MetricSink::default()
    }
}

#[test]
fn rendering_agrees() {
    let Some(folder) = shared("golden/bootstrap/render") else { return };
    let cases = cases(&folder);
    assert!(cases.len() >= 17, "only {} cases", cases.len());
    for case in cases {
        let rendered = bootstrap::render(&options(&read(&case.join("input.options.json")))).unwrap();
        let expected = read(&case.join("expected.yaml"));
        assert_eq!(canonical(&rendered), canonical(&expected), "{}", case.display());
        // Users patch the document itself, so its spelling counts too.
        assert_eq!(rendered, expected, "{}", case.display());
    }
}

#[test]
fn rendering_refuses_sinks_without_port() {
    let Some(folder) = shared("golden/bootstrap/render-error") else { return };
    let recorded = read(&folder.join("metrics-backendref-without-port/input.options.json"));
    let refused = bootstrap::render(&options(&recorded));
    assert_eq!(refused, Err(BootstrapError::MetricSink { index: 0, missing: "port" }));
}

#[test]
fn user_patches_agree() {
    let Some(folder) = shared("golden/bootstrap/merge") else { return };
    let cases = cases(&folder);
    assert!(cases.len() >= 4, "only {} cases", cases.len());
    for case in cases {
        let input = fs::read_to_string(case.join("input.user.yaml")).unwrap();
        let user = match serde_saphyr::from_str(&input).unwrap() {
            Value::Array(operations) => UserBootstrap::JsonPatch(
                operations.into_iter().map(|op| serde_json::from_value(op).unwrap()).collect(),
            ),
            _ => UserBootstrap::Merge(input),
        };
        let patched = bootstrap::effective(&Options::default(), Some(&user)).unwrap();
        let expected = read(&case.join("expected.yaml"));
        assert_eq!(canonical(&patched), canonical(&expected), "{}", case.display());
    }
}

#[test]
fn validation_agrees() {
    let Some(folder) = shared("golden/bootstrap/validate") else { return };
    let cases = cases(&folder);
    assert!(cases.len() >= 4, "only {} cases", cases.len());
    for case in cases {
        let user = UserBootstrap::Replace(fs::read_to_string(case.join("input.user.yaml")).unwrap());
        let outcome = bootstrap::effective(&Options::default(), Some(&user));
        let valid = case.file_name().is_some_and(|name| name.to_string_lossy().starts_with("valid"));
        assert_eq!(outcome.is_ok(), valid, "{}: {outcome:?}", case.display());
    }
}
