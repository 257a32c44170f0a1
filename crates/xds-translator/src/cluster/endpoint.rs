//! Endpoints of a cluster, in localities with their weights and priorities.

use eg_ir::{
    Name,
    cluster::{Endpoint, EndpointAddress, EndpointSet, Locality},
};

use super::tls::endpoint_metadata;
use crate::{
    envoy::{core, endpoint as pb, socket_address},
    metadata,
};

/// The endpoints of one cluster.
pub(crate) fn load_assignment(set: &EndpointSet) -> pb::ClusterLoadAssignment {
    let EndpointSet { cluster, localities } = set;
    pb::ClusterLoadAssignment {
        cluster_name: cluster.to_string(),
        endpoints: localities.iter().map(locality).collect(),
        ..pb::ClusterLoadAssignment::default()
    }
}

fn locality(locality: &Locality) -> pb::LocalityLbEndpoints {
    let Locality { region, zone, weight, priority, origin, tls, endpoints } = locality;
    pb::LocalityLbEndpoints {
        locality: Some(core::Locality {
            region: region.to_string(),
            zone: zone.as_deref().unwrap_or_default().to_owned(),
            sub_zone: String::new(),
        }),
        metadata: metadata::of(origin),
        lb_endpoints: endpoints.iter().map(|each| endpoint(each, tls.as_ref())).collect(),
        load_balancing_weight: *weight,
        priority: *priority,
        ..pb::LocalityLbEndpoints::default()
    }
}

fn endpoint(endpoint: &Endpoint, tls: Option<&Name>) -> pb::LbEndpoint {
    let Endpoint { address, hostname, draining } = endpoint;
    let health = if *draining { core::HealthStatus::Draining } else { core::HealthStatus::Unknown };
    pb::LbEndpoint {
        health_status: health.into(),
        load_balancing_weight: Some(1),
        metadata: tls.map(endpoint_metadata),
        host_identifier: Some(pb::lb_endpoint::HostIdentifier::Endpoint(pb::Endpoint {
            address: Some(socket(address)),
            hostname: hostname.as_deref().unwrap_or_default().to_owned(),
            ..pb::Endpoint::default()
        })),
    }
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
