//! From the infrastructure IR and the effective EnvoyProxy to the options of a bootstrap.

use eg_api::v1alpha1::{EnvoyProxySpec, ProxyMetrics, StringMatch};
use eg_ir::{InfraIr, IrKey};
use eg_xds_translator::bootstrap::{
    Compression, ControlPlane, IpFamily, Metrics, Node, Options, Prometheus, Server, StatMatch,
};

/// What a platform adds to a bootstrap.
#[derive(Clone, Debug, Default)]
pub struct ProxyOptions {
    /// Where the control plane is.
    pub control_plane: ControlPlane,
    /// The port of the administration interface.
    pub admin_port: u16,
    /// The port that Prometheus scrapes.
    pub stats_port: u16,
    /// What the proxy says of itself; where the platform says it on the command line, nothing.
    pub node: Node,
}

/// The options of the bootstrap of a fleet.
pub fn bootstrap_options(
    fleet: &IrKey,
    infra: &InfraIr,
    proxy: Option<&EnvoyProxySpec>,
    platform: ProxyOptions,
) -> Options {
    let metrics = proxy.and_then(|proxy| proxy.telemetry.as_ref()?.metrics.as_ref());
    Options {
        node: platform.node,
        local_cluster: (!infra.listeners.is_empty()).then(|| fleet.to_string()),
        admin: Server { address: None, port: platform.admin_port },
        stats: Server { address: None, port: platform.stats_port },
        ip_family: match proxy.and_then(|proxy| proxy.ip_family.as_deref()) {
            Some("IPv6") => IpFamily::V6,
            Some("DualStack") => IpFamily::Dual,
            _ => IpFamily::V4,
        },
        control_plane: platform.control_plane,
        metrics: metrics.map(self::metrics).unwrap_or_default(),
        max_heap_size_bytes: None,
    }
}

fn metrics(spec: &ProxyMetrics) -> Metrics {
    let prometheus = spec.prometheus.clone().unwrap_or_default();
    let compression =
        prometheus.compression.as_ref().and_then(|compression| match compression.r#type.as_str() {
            "Brotli" => Some(Compression::Brotli),
            "Gzip" => Some(Compression::Gzip),
            "Zstd" => Some(Compression::Zstd),
            _ => None,
        });
    Metrics {
        prometheus: (!prometheus.disable.unwrap_or(false)).then_some(Prometheus { compression }),
        matches: spec.matches.iter().map(stat_match).collect(),
        sinks: Vec::new(),
    }
}

fn stat_match(spec: &StringMatch) -> StatMatch {
    let value = spec.value.clone();
    match spec.r#type.as_deref() {
        Some("Prefix") => StatMatch::Prefix(value),
        Some("Suffix") => StatMatch::Suffix(value),
        Some("RegularExpression") => StatMatch::Regex(value),
        _ => StatMatch::Exact(value),
    }
}
