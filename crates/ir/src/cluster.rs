//! Clusters and their endpoints.

use std::{collections::BTreeMap, sync::Arc};

use eg_diag::ObjectRef;
use serde::{Deserialize, Serialize};

use crate::{Extension, FeatureId, Name, Origin, listener::ClientHttp1, route::CredentialInjection};

mod admission_control;
mod backend_connection;
mod backend_keepalive;
mod backend_timeout;
mod circuit_breaker;
mod dns;
mod health_check;
mod load_balancer;
mod proxy_protocol;
mod tls;
mod traffic;

pub use admission_control::AdmissionControl;
pub use backend_connection::BackendConnection;
pub use backend_keepalive::BackendKeepalive;
pub use backend_timeout::BackendTimeout;
pub use circuit_breaker::{CircuitBreaker, RetryBudget};
pub use dns::{Dns, DnsFamily};
pub use health_check::{ActiveCheck, HealthCheck, HealthCheckLog, HttpProbe, PassiveCheck, Payload, Probe};
pub use load_balancer::{BackendUtilization, LoadBalancer, OutOfBandReports};
pub use proxy_protocol::ProxyProtocol;
pub use tls::{
    PeerValidation, ServerName, SubjectAltName, TlsParameters, TlsProfile, TlsVersion, UpstreamTls,
};
pub use traffic::ClusterTraffic;

/// A group of endpoints that are equally good for a request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Cluster {
    /// The name of the xDS cluster.
    pub name: Name,
    /// The rule or object that needs it.
    pub origin: Origin,
    /// How its endpoints are found.
    pub discovery: Discovery,
    /// Which protocol the endpoints speak.
    pub protocol: UpstreamProtocol,
    /// How long a connection may take to establish, in milliseconds.
    pub connect_timeout_ms: u32,
    /// How endpoints near the proxy are preferred; absent spreads by the weights of the localities.
    pub zone_aware: Option<ZoneAware>,
    /// How TLS is spoken to the endpoints; absent speaks plain text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tls: Option<Arc<UpstreamTls>>,
    /// How HTTP/1 is spoken to the endpoints: as to the clients whose requests they get.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub http1: Option<Arc<ClientHttp1>>,
    /// The credential that is added to the requests of this cluster alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub credential_injection: Option<Arc<CredentialInjection>>,
    /// How the endpoints are used, as policies say.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub traffic: Option<Arc<ClusterTraffic>>,
    /// The policies that shaped it and want to be named in its metadata.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub policies: Vec<ObjectRef>,
    /// Configuration of features that this crate does not know.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub extensions: BTreeMap<FeatureId, Extension>,
}

impl Default for Cluster {
    fn default() -> Self {
        Self {
            name: Name::default(),
            origin: Origin::default(),
            discovery: Discovery::default(),
            protocol: UpstreamProtocol::default(),
            connect_timeout_ms: 10_000,
            zone_aware: None,
            tls: None,
            http1: None,
            credential_injection: None,
            traffic: None,
            policies: Vec::new(),
            extensions: BTreeMap::new(),
        }
    }
}

/// How the endpoints of a cluster are found.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Discovery {
    /// The control plane sends them: the [`EndpointSet`] of the cluster's name.
    #[default]
    Eds,
    /// The proxy resolves the hostnames in this set.
    Dns(Arc<EndpointSet>),
    /// The proxy resolves the name that each connection or request asks for. HTTP routes that lead here say so
    /// ([`Forward::by_host`](crate::route::Forward::by_host)).
    Dynamic(DnsCache),
    /// It never has any; whoever is sent there is turned away.
    Nowhere,
    /// It is a server of secrets at this address, which is asked before anything else works.
    SecretServer(EndpointAddress),
}

/// How names are resolved that are not known before somebody asks for them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct DnsCache {
    /// How often a name is resolved again, in milliseconds.
    pub refresh_ms: u64,
    /// Which addresses are looked for.
    pub family: DnsFamily,
    /// The policy that wants it so, as namespace and name; absent where none does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owner: Option<Name>,
}

impl Default for DnsCache {
    fn default() -> Self {
        Self { refresh_ms: 30_000, family: DnsFamily::default(), owner: None }
    }
}

/// Which protocol the endpoints of a cluster speak.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum UpstreamProtocol {
    /// HTTP/1.1, or what TLS negotiates.
    #[default]
    Http1,
    /// HTTP/1.1 whatever TLS would negotiate, as WebSocket backends want it.
    Http1Only,
    /// HTTP/2 without negotiation.
    Http2,
    /// Bytes or datagrams of whatever protocol.
    Opaque,
}

impl UpstreamProtocol {
    /// Whether HTTP/1.1 is spoken, unless TLS negotiates something else.
    pub fn is_http1(self) -> bool {
        matches!(self, Self::Http1 | Self::Http1Only)
    }
}

/// How endpoints near the proxy are preferred.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ZoneAware {
    /// Below this number of endpoints in the whole cluster, zones do not count.
    pub min_cluster_size: u64,
    /// With at least this number of endpoints in the proxy's own zone, only they are used.
    #[serde(default)]
    pub force_local_min: Option<u32>,
}

/// The endpoints of a cluster.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct EndpointSet {
    /// The name of the cluster.
    pub cluster: Name,
    /// Groups of endpoints, one for each backend reference or zone.
    #[serde(default)]
    pub localities: Vec<Locality>,
    /// Where health is asked for.
    #[serde(default, skip_serializing_if = "HealthTarget::is_default")]
    pub health: HealthTarget,
}

/// Where the endpoints of a cluster are asked for their health.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct HealthTarget {
    /// The port; absent is the one that serves.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub port: Option<u16>,
    /// Whether endpoints that have names are asked by these.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub by_name: bool,
}

impl HealthTarget {
    /// Whether endpoints are asked where they serve.
    pub fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

/// Endpoints that share a weight and a place.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Locality {
    /// The region: the name of the backend reference where localities stand for references.
    #[serde(default)]
    pub region: Name,
    /// The zone, where zones count.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zone: Option<Name>,
    /// The share of requests relative to other localities; absent where zones decide.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub weight: Option<u32>,
    /// 0 is used first, higher ones when too few of the lower are healthy.
    #[serde(default)]
    pub priority: u32,
    /// The backend they belong to.
    #[serde(default)]
    pub origin: Origin,
    /// The TLS profile of the cluster that is spoken to the endpoints; absent speaks plain text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tls: Option<Name>,
    /// The endpoints, which several localities may have in common.
    #[serde(default)]
    pub endpoints: Arc<[Endpoint]>,
}

/// One endpoint.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Endpoint {
    /// Where it is.
    pub address: EndpointAddress,
    /// The hostname to use in requests to this endpoint, where it has one of its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hostname: Option<Name>,
    /// Whether it takes no new requests because it is shutting down.
    #[serde(default)]
    pub draining: bool,
}

/// Where an endpoint is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EndpointAddress {
    /// An IP address, or a hostname for the proxy to resolve, and a port.
    Socket {
        /// IP address or hostname.
        host: Name,
        /// Port.
        port: u16,
    },
    /// The path of a Unix domain socket.
    Unix(Name),
}
