//! The Service of the fleet's own proxies: the local cluster, by which proxies know how many of them each zone has.

use std::sync::Arc;

use eg_api::core::Service;
use eg_diag::ObjectRef;
use eg_ir::{
    Origin,
    cluster::{Cluster, ZoneAware},
    listener::Transport,
};
use eg_resources::Object;

use super::{fanout::fleet_name, routing::Routing, state::GatewayState};
use crate::{
    engine::ReadCx,
    fanout::{Clusters, EndpointPlan, EndpointPlans, EndpointSource, LocalityPlan, SlicePort},
    refs::backend::at_port,
};

/// Sends the local cluster of the fleet, if the Service of its proxies exists.
pub(super) fn send(cx: &ReadCx<'_>, gateway: &ObjectRef, state: &GatewayState) {
    let Some(service) = find(cx, gateway, state) else { return };
    let Some(port) = service.spec.ports.first().and_then(|port| u16::try_from(port.port).ok()) else {
        return;
    };
    let origin = Origin::of(service.object_ref()).section(port.to_string());
    let name = fleet_name(&state.fleet);
    let key = (state.fleet.clone(), name.clone());
    let cluster = Cluster {
        name: name.clone(),
        origin: origin.clone(),
        zone_aware: Some(ZoneAware { min_cluster_size: 1, force_local_min: None }),
        ..Cluster::default()
    };
    let locality = LocalityPlan {
        name,
        weight: 1,
        priority: 0,
        by_zone: true,
        origin,
        tls: None,
        source: source(state, &service, port),
    };
    cx.send::<Clusters>(key.clone(), (gateway.clone(), 0), Arc::new(cluster));
    cx.send::<EndpointPlans>(
        key,
        (gateway.clone(), 0),
        Arc::new(EndpointPlan { localities: vec![locality], ..EndpointPlan::default() }),
    );
}

/// The proxies themselves, or the address of their Service where traffic goes to those (`routingType`).
fn source(state: &GatewayState, service: &Service, port: u16) -> EndpointSource {
    let address = service.spec.cluster_ip.as_deref().filter(|_| Routing::of(state) == Routing::Service);
    match address.and_then(|address| at_port(address, port)) {
        Some(endpoint) => EndpointSource::Fixed(vec![endpoint]),
        None => EndpointSource::Slices(SlicePort {
            service: service.object_ref(),
            port,
            transport: Transport::Tcp,
        }),
    }
}

fn find(cx: &ReadCx<'_>, gateway: &ObjectRef, state: &GatewayState) -> Option<Arc<Service>> {
    let (label, value) = if state.class.merged {
        (super::fleet::OWNING_CLASS, &state.class.name)
    } else {
        (super::fleet::OWNING_GATEWAY, &gateway.name)
    };
    let candidates = cx.labelled(Service::KIND, label, value);
    candidates.iter().filter_map(|key| cx.object::<Service>(key)).find(|service| {
        let owner = service.metadata.labels.get(super::fleet::OWNING_NAMESPACE);
        state.class.merged || owner.is_some_and(|namespace| **namespace == *gateway.namespace)
    })
}
