//! Endpoint sets of clusters.

use std::{collections::BTreeMap, sync::Arc};

use eg_ir::{
    Name,
    cluster::{Endpoint, EndpointSet, Locality},
};

use super::slice::{Endpoints, Zoned};
use crate::{
    assembly::Assembly,
    engine::{ReadCx, Root, Unit},
    fanout::{EndpointPlans, EndpointSource, FleetName, LocalityPlan},
};

/// The endpoints of a cluster, made by the plan of the first object that needs it.
pub(crate) struct EndpointSetUnit;

impl Unit for EndpointSetUnit {
    type Key = FleetName;
    type Out = Option<Arc<EndpointSet>>;
    const NAME: &'static str = "endpoint_set";
    const RANK: u8 = 11;

    fn compute(cx: &ReadCx<'_>, key: &FleetName) -> Self::Out {
        let plans = cx.group::<EndpointPlans>(key);
        let (_, plan) = plans.first()?;
        let mut localities: Vec<_> = plan.localities.iter().flat_map(|plan| localities(cx, plan)).collect();
        localities.shrink_to_fit();
        Some(Arc::new(EndpointSet { cluster: key.1.clone(), localities, health: plan.health }))
    }
}

impl Root for EndpointSetUnit {
    fn publish(assembly: &mut Assembly<'_>, (fleet, name): &FleetName, out: Option<&Arc<Self::Out>>) {
        assembly.endpoints(fleet, name, out.and_then(|out| out.as_ref().as_ref()));
    }
}

/// One locality for the whole reference, or one for each zone.
fn localities(cx: &ReadCx<'_>, plan: &LocalityPlan) -> Vec<Locality> {
    let whole = |endpoints: Vec<Endpoint>| Locality {
        region: plan.name.clone(),
        zone: None,
        weight: Some(plan.weight),
        priority: plan.priority,
        origin: plan.origin.clone(),
        tls: plan.tls.clone(),
        endpoints,
    };
    match &plan.source {
        EndpointSource::Fixed(endpoints) if plan.by_zone => {
            let zoned = |endpoint: &Endpoint| Zoned { endpoint: endpoint.clone(), zone: Name::default() };
            zones(plan, &endpoints.iter().map(zoned).collect::<Vec<_>>())
        }
        EndpointSource::Fixed(endpoints) => vec![whole(endpoints.clone())],
        EndpointSource::Slices(port) => {
            let endpoints = cx.unit::<Endpoints>(port);
            if plan.by_zone {
                zones(plan, &endpoints)
            } else {
                vec![whole(endpoints.iter().map(|zoned| zoned.endpoint.clone()).collect())]
            }
        }
    }
}

fn zones(plan: &LocalityPlan, endpoints: &[Zoned]) -> Vec<Locality> {
    let mut zones = BTreeMap::<&Name, Vec<Endpoint>>::new();
    for Zoned { endpoint, zone } in endpoints {
        zones.entry(zone).or_default().push(endpoint.clone());
    }
    let zone = |(zone, endpoints): (&Name, _)| Locality {
        region: Name::default(),
        zone: Some(zone.clone()).filter(|zone| !zone.is_empty()),
        weight: None,
        priority: plan.priority,
        origin: plan.origin.clone(),
        tls: plan.tls.clone(),
        endpoints,
    };
    zones.into_iter().map(zone).collect()
}
