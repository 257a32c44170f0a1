//! Endpoint sets of clusters.

use std::{collections::BTreeMap, sync::Arc};

use eg_ir::{
    Name,
    cluster::{Endpoint, EndpointSet, Locality},
};

use super::slice::Endpoints;
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
    let whole = |endpoints: Arc<[Endpoint]>| Locality {
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
            zones(plan, endpoints.iter().map(|endpoint| (endpoint, "")))
        }
        EndpointSource::Fixed(endpoints) => vec![whole(endpoints.as_slice().into())],
        EndpointSource::Slices(port) => {
            let found = cx.unit::<Endpoints>(port);
            if plan.by_zone { zones(plan, found.zoned()) } else { vec![whole(Arc::clone(&found.endpoints))] }
        }
    }
}

fn zones<'e>(plan: &LocalityPlan, endpoints: impl Iterator<Item = (&'e Endpoint, &'e str)>) -> Vec<Locality> {
    let mut zones = BTreeMap::<&str, Vec<Endpoint>>::new();
    for (endpoint, zone) in endpoints {
        zones.entry(zone).or_default().push(endpoint.clone());
    }
    let zone = |(zone, endpoints): (&str, Vec<Endpoint>)| Locality {
        region: Name::default(),
        zone: Some(zone.into()).filter(|_| !zone.is_empty()),
        weight: None,
        priority: plan.priority,
        origin: plan.origin.clone(),
        tls: plan.tls.clone(),
        endpoints: endpoints.into(),
    };
    zones.into_iter().map(zone).collect()
}
