//! How endpoints of a cluster are used, as policies say.

use serde::{Deserialize, Serialize};

use super::{
    AdmissionControl, BackendConnection, BackendKeepalive, BackendTimeout, CircuitBreaker, Dns, HealthCheck,
    LoadBalancer, ProxyProtocol,
};
use crate::{listener::ClientHttp2, route::HashOn};

/// How connections to the endpoints of a cluster are made and used. What is absent is as it is without policies.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ClusterTraffic {
    /// Time limits of connections.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timeout: Option<BackendTimeout>,
    /// Probes on idle connections.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub keepalive: Option<BackendKeepalive>,
    /// Limits beyond which requests are refused at once.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub circuit_breaker: Option<CircuitBreaker>,
    /// Buffers of connections, and connections opened ahead.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub connection: Option<BackendConnection>,
    /// How hostnames are resolved.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dns: Option<Dns>,
    /// How an endpoint is chosen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub load_balancer: Option<LoadBalancer>,
    /// The request headers that may name the endpoint; without one of them it is chosen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub endpoint_override: Option<Vec<String>>,
    /// The PROXY protocol in front of connections.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub proxy_protocol: Option<ProxyProtocol>,
    /// How endpoints that cannot serve are found.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub health_check: Option<HealthCheck>,
    /// How HTTP/2 is spoken to the endpoints.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub http2: Option<ClientHttp2>,
    /// How requests are refused while too many fail.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub admission_control: Option<AdmissionControl>,
    /// Whether requests go on in the version of HTTP in which they came.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_protocol: Option<bool>,
    /// What is hashed of the requests that the proxy makes itself. For requests of clients, their routes say it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub hash: Vec<HashOn>,
}

impl ClusterTraffic {
    /// Takes from another one what this one says nothing about.
    pub fn fill(&mut self, other: &Self) {
        let Self {
            timeout,
            keepalive,
            circuit_breaker,
            connection,
            dns,
            load_balancer,
            endpoint_override,
            proxy_protocol,
            health_check,
            http2,
            admission_control,
            client_protocol,
            hash,
        } = self;
        fill(timeout, other.timeout.as_ref());
        fill(keepalive, other.keepalive.as_ref());
        fill(circuit_breaker, other.circuit_breaker.as_ref());
        fill(connection, other.connection.as_ref());
        fill(dns, other.dns.as_ref());
        fill(load_balancer, other.load_balancer.as_ref());
        fill(endpoint_override, other.endpoint_override.as_ref());
        fill(proxy_protocol, other.proxy_protocol.as_ref());
        fill(health_check, other.health_check.as_ref());
        fill(http2, other.http2.as_ref());
        fill(admission_control, other.admission_control.as_ref());
        fill(client_protocol, other.client_protocol.as_ref());
        if hash.is_empty() {
            hash.clone_from(&other.hash);
        }
    }

    /// Whether nothing is said.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

fn fill<T: Clone>(own: &mut Option<T>, other: Option<&T>) {
    if own.is_none() {
        *own = other.cloned();
    }
}
