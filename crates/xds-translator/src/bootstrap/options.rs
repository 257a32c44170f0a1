//! Everything a bootstrap depends on.

use std::collections::BTreeMap;
use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// What [`render`](super::render) writes into a bootstrap; the default is a fleet on Kubernetes beside the control plane.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// What Envoy says of itself.
    pub node: Node,
    /// The name of the fleet's own cluster, for zone-aware routing; none where the topology injector is disabled.
    pub local_cluster: Option<String>,
    /// Where the administration interface listens; without an address, on the loopback address.
    pub admin: Server,
    /// Where Prometheus scrapes; without an address, on all addresses.
    pub stats: Server,
    /// The IP families of the addresses that are not given.
    pub ip_family: IpFamily,
    /// Where the control plane is.
    pub control_plane: ControlPlane,
    /// What is measured and who gets it.
    pub metrics: Metrics,
    /// The heap size that counts as all the memory there is, in bytes (usually 80% of the memory limit); none disables the
    /// heap monitor.
    pub max_heap_size_bytes: Option<u64>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            node: Node::default(),
            local_cluster: Some("local_cluster".to_owned()),
            admin: Server { address: None, port: 19_000 },
            stats: Server { address: None, port: 19_001 },
            ip_family: IpFamily::V4,
            control_plane: ControlPlane::default(),
            metrics: Metrics::default(),
            max_heap_size_bytes: None,
        }
    }
}

impl Options {
    /// The address on which the administration interface listens.
    pub fn admin_address(&self) -> IpAddr {
        self.admin.address.unwrap_or(match self.ip_family {
            IpFamily::V4 | IpFamily::Dual => Ipv4Addr::LOCALHOST.into(),
            IpFamily::V6 => Ipv6Addr::LOCALHOST.into(),
        })
    }

    /// The address at which Envoy reaches its own administration interface.
    pub(super) fn admin_target(&self) -> IpAddr {
        match self.admin_address() {
            IpAddr::V4(address) if address.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
            IpAddr::V6(address) if address.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
            address => address,
        }
    }

    /// The address on which the Prometheus listener listens.
    pub fn stats_address(&self) -> IpAddr {
        self.stats.address.unwrap_or(match self.ip_family {
            IpFamily::V4 => Ipv4Addr::UNSPECIFIED.into(),
            IpFamily::V6 | IpFamily::Dual => Ipv6Addr::UNSPECIFIED.into(),
        })
    }
}

/// The identity of an Envoy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    /// The node id, where it does not come from `--service-node`.
    pub id: Option<String>,
    /// The node cluster, where it does not come from `--service-cluster`: the fleet.
    pub cluster: Option<String>,
    /// The zone. The default is a reference to the variable that the kubelet sets from the pod's topology.
    pub zone: Option<String>,
}

impl Default for Node {
    fn default() -> Self {
        Self { id: None, cluster: None, zone: Some("$(ENVOY_SERVICE_ZONE)".to_owned()) }
    }
}

/// Where a listener of the bootstrap listens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Server {
    /// The address; without one it follows from the IP family.
    pub address: Option<IpAddr>,
    /// The TCP port.
    pub port: u16,
}

/// The IP families of a fleet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum IpFamily {
    /// IPv4 only.
    #[default]
    V4,
    /// IPv6 only.
    V6,
    /// Both.
    Dual,
}

/// How Envoy reaches the control plane.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ControlPlane {
    /// A host name or an IP address.
    pub host: String,
    /// The TCP port of the xDS server.
    pub port: u16,
    /// How the connection is protected.
    pub security: Security,
}

impl Default for ControlPlane {
    fn default() -> Self {
        Self { host: "envoy-gateway".to_owned(), port: 18_000, security: Security::default() }
    }
}

/// How the connection to the control plane is protected.
///
/// Paths name files with an SDS `DiscoveryResponse`, which Envoy watches, so that rotation needs no restart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Security {
    /// Not at all: for tests and for control planes on the same machine.
    Plaintext,
    /// Both sides show a certificate.
    MutualTls {
        /// The file with Envoy's own certificate.
        certificate: String,
        /// The file with the authority of the control plane's certificate.
        trusted_ca: String,
    },
    /// The control plane shows a certificate, Envoy a bearer token (fleets in the namespaces of their gateways).
    Token {
        /// The file with the token of Envoy's service account.
        token: String,
        /// The file with the authority of the control plane's certificate.
        trusted_ca: String,
    },
}

impl Security {
    /// The SDS file of the trusted authority as mounted on Kubernetes.
    pub const TRUSTED_CA: &'static str = "/sds/xds-trusted-ca.json";
    /// The SDS file of Envoy's certificate as mounted on Kubernetes.
    pub const CERTIFICATE: &'static str = "/sds/xds-certificate.json";
    /// The SDS file of Envoy's service account token as mounted on Kubernetes.
    pub const TOKEN: &'static str = "/sds/xds_service_account_token.json";

    /// A bearer token at the path used on Kubernetes.
    pub fn token() -> Self {
        Self::Token { token: Self::TOKEN.to_owned(), trusted_ca: Self::TRUSTED_CA.to_owned() }
    }
}

impl Default for Security {
    fn default() -> Self {
        Self::MutualTls { certificate: Self::CERTIFICATE.to_owned(), trusted_ca: Self::TRUSTED_CA.to_owned() }
    }
}

/// What is measured and who gets it (`EnvoyProxy.spec.telemetry.metrics`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Metrics {
    /// The listener that Prometheus scrapes; none if disabled.
    pub prometheus: Option<Prometheus>,
    /// The statistics that are kept; all if empty.
    pub matches: Vec<StatMatch>,
    /// OpenTelemetry collectors that statistics are sent to.
    pub sinks: Vec<MetricSink>,
}

impl Default for Metrics {
    fn default() -> Self {
        Self { prometheus: Some(Prometheus::default()), matches: Vec::new(), sinks: Vec::new() }
    }
}

/// The listener that Prometheus scrapes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Prometheus {
    /// How answers are compressed for clients that accept it.
    pub compression: Option<Compression>,
}

/// A compression algorithm with Envoy's default settings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Compression {
    /// Brotli.
    Brotli,
    /// Gzip.
    Gzip,
    /// Zstandard.
    Zstd,
}

/// A pattern of statistic names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StatMatch {
    /// The whole name.
    Exact(String),
    /// How the name starts.
    Prefix(String),
    /// How the name ends.
    Suffix(String),
    /// An RE2 expression for the whole name.
    Regex(String),
}

/// An OpenTelemetry collector, reached by gRPC.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct MetricSink {
    /// A host name or an IP address.
    pub address: String,
    /// The TCP port.
    pub port: u16,
    /// The `:authority` of the requests, where it is not the cluster's name.
    pub authority: Option<String>,
    /// Metadata sent with every request.
    pub headers: Vec<Header>,
    /// Attributes of the resource that is measured.
    pub resource_attributes: BTreeMap<String, String>,
    /// Sends what counters grew by instead of their values.
    pub report_counters_as_deltas: bool,
    /// Sends what histograms grew by instead of their values.
    pub report_histograms_as_deltas: bool,
    /// TLS; none sends in the clear.
    pub tls: Option<SinkTls>,
}

/// A header; `Debug` does not show the value, which may be a credential.
#[derive(Clone, PartialEq, Eq)]
pub struct Header {
    /// The name.
    pub name: String,
    /// The value.
    pub value: String,
}

impl fmt::Debug for Header {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: [redacted]", self.name)
    }
}

/// TLS to a collector.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SinkTls {
    /// The server name asked for.
    pub sni: Option<String>,
    /// Who may have signed the collector's certificate.
    pub trust: SinkTrust,
}

/// Who may have signed a collector's certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SinkTrust {
    /// The authorities that the proxy image trusts.
    System,
    /// The authorities of a PEM bundle.
    Bundle(String),
}
