//! Endpoints of a cluster, in localities with their weights and priorities.

use eg_ir::{
    Name,
    cluster::{Endpoint, EndpointAddress, EndpointSet, HealthTarget, Locality},
};

use super::tls::endpoint_metadata;
use crate::{
    envoy::{core, endpoint as pb, socket_address},
    metadata,
};

/// The endpoints of one cluster.
pub(crate) fn load_assignment(set: &EndpointSet) -> pb::ClusterLoadAssignment {
    let EndpointSet { cluster, localities, health } = set;
    pb::ClusterLoadAssignment {
        cluster_name: cluster.to_string(),
        endpoints: localities.iter().map(|each| locality(each, *health)).collect(),
        ..pb::ClusterLoadAssignment::default()
    }
}

fn locality(locality: &Locality, health: HealthTarget) -> pb::LocalityLbEndpoints {
    let Locality { region, zone, weight, priority, origin, tls, endpoints } = locality;
    pb::LocalityLbEndpoints {
        locality: Some(core::Locality {
            region: region.to_string(),
            zone: zone.as_deref().unwrap_or_default().to_owned(),
            sub_zone: String::new(),
        }),
        metadata: metadata::of(origin),
        lb_endpoints: endpoints.iter().map(|each| endpoint(each, tls.as_ref(), health)).collect(),
        load_balancing_weight: *weight,
        priority: *priority,
        ..pb::LocalityLbEndpoints::default()
    }
}

fn endpoint(endpoint: &Endpoint, tls: Option<&Name>, asked: HealthTarget) -> pb::LbEndpoint {
    let Endpoint { address, hostname, draining } = endpoint;
    let health = if *draining { core::HealthStatus::Draining } else { core::HealthStatus::Unknown };
    pb::LbEndpoint {
        health_status: health.into(),
        load_balancing_weight: Some(1),
        metadata: tls.map(endpoint_metadata),
        host_identifier: Some(pb::lb_endpoint::HostIdentifier::Endpoint(pb::Endpoint {
            address: Some(socket(address)),
            hostname: hostname.as_deref().unwrap_or_default().to_owned(),
            health_check_config: asked_at(asked, hostname.as_deref()),
            ..pb::Endpoint::default()
        })),
    }
}

/// Where an endpoint is asked for its health, unless it is where it serves.
fn asked_at(
    HealthTarget { port, by_name }: HealthTarget,
    hostname: Option<&str>,
) -> Option<pb::endpoint::HealthCheckConfig> {
    let hostname = hostname.filter(|_| by_name);
    (port.is_some() || hostname.is_some()).then(|| pb::endpoint::HealthCheckConfig {
        port_value: port.unwrap_or_default().into(),
        hostname: hostname.unwrap_or_default().to_owned(),
        ..pb::endpoint::HealthCheckConfig::default()
    })
}

pub(super) fn socket(address: &EndpointAddress) -> core::Address {
    match address {
        EndpointAddress::Socket { host, port } => socket_address(host, *port, false),
        EndpointAddress::Unix(path) => core::Address {
            address: Some(core::address::Address::Pipe(core::Pipe {
                path: path.to_string(),
                ..core::Pipe::default()
            })),
        },
    }
}
