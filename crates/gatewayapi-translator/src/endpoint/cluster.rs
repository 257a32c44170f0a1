//! Clusters of fleets.

use std::sync::Arc;

use eg_ir::cluster::Cluster;

use crate::{
    assembly::Assembly,
    engine::{ReadCx, Root, Unit},
    fanout::{Clusters, FleetName},
};

/// A cluster of a fleet: where several objects need one of the same name, the first one's.
pub(crate) struct ClusterUnit;

impl Unit for ClusterUnit {
    type Key = FleetName;
    type Out = Option<Arc<Cluster>>;
    const NAME: &'static str = "cluster";
    const RANK: u8 = 11;

    fn compute(cx: &ReadCx<'_>, key: &FleetName) -> Self::Out {
        cx.group::<Clusters>(key).first().map(|(_, cluster)| Arc::clone(cluster))
    }
}

impl Root for ClusterUnit {
    fn publish(assembly: &mut Assembly<'_>, (fleet, name): &FleetName, out: Option<&Arc<Self::Out>>) {
        assembly.cluster(fleet, name, out.and_then(|out| out.as_ref().as_ref()));
    }
}
