//! Servers of secrets other than the control plane.
//!
//! API: Secrets of type `gateway.envoyproxy.io/sds`. The cluster is static where its address needs no resolution, because
//! secrets have to be there before listeners and clusters that need them, and has no settings that users could change.

use eg_ir::{Name, cluster::EndpointAddress};

use super::endpoint::socket;
use crate::envoy::{cluster as pb, core, endpoint, millis};

/// Emits the cluster of a server of secrets.
#[expect(deprecated, reason = "gRPC needs HTTP/2, and this is the shortest way to say so")]
pub(super) fn emit(name: &Name, connect_timeout_ms: u64, address: &EndpointAddress) -> pb::Cluster {
    use pb::cluster::{ClusterDiscoveryType, DiscoveryType};
    let resolved = match address {
        EndpointAddress::Unix(_) => true,
        EndpointAddress::Socket { host, .. } => host.parse::<std::net::IpAddr>().is_ok(),
    };
    let discovery = if resolved { DiscoveryType::Static } else { DiscoveryType::StrictDns };
    let host = endpoint::lb_endpoint::HostIdentifier::Endpoint(endpoint::Endpoint {
        address: Some(socket(address)),
        ..endpoint::Endpoint::default()
    });
    let endpoints = endpoint::LocalityLbEndpoints {
        lb_endpoints: vec![endpoint::LbEndpoint {
            host_identifier: Some(host),
            ..endpoint::LbEndpoint::default()
        }],
        ..endpoint::LocalityLbEndpoints::default()
    };
    pb::Cluster {
        name: name.to_string(),
        connect_timeout: Some(millis(connect_timeout_ms)),
        cluster_discovery_type: Some(ClusterDiscoveryType::Type(discovery.into())),
        http2_protocol_options: Some(core::Http2ProtocolOptions::default()),
        load_assignment: Some(endpoint::ClusterLoadAssignment {
            cluster_name: name.to_string(),
            endpoints: vec![endpoints],
            ..endpoint::ClusterLoadAssignment::default()
        }),
        ..pb::Cluster::default()
    }
}
