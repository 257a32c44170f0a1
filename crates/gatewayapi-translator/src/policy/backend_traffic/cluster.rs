//! What the clusters of routes get.

use std::sync::Arc;

use eg_ir::cluster::{Cluster, UpstreamProtocol};

use super::BackendTraffic;
use crate::{
    engine::ReadCx,
    policy::{
        in_use::InUse,
        route::{Served, all, in_force},
    },
    route::destination::PlannedCluster,
};

/// The cluster as policies shape it for the listener that serves its route. A cluster that serves several listeners is as the
/// first one of them wants it. Clusters of mirrors stay as they are.
pub(crate) fn shaped(
    cx: &ReadCx<'_>,
    served: Served<'_>,
    planned: &PlannedCluster,
) -> Option<PlannedCluster> {
    if planned.cluster.origin.object != *served.route || !*cx.unit::<InUse<BackendTraffic>>(&()) {
        return None;
    }
    let rule = planned.cluster.origin.section.as_ref();
    let cluster = if planned.cluster.protocol == UpstreamProtocol::Opaque {
        stream(cx, served, &planned.cluster)
    } else {
        let in_force = in_force::<BackendTraffic>(cx, served, rule)?;
        let traffic = &in_force.lowered.slot.cluster;
        (!traffic.is_empty())
            .then(|| Cluster { traffic: Some(Arc::clone(traffic)), ..Cluster::clone(&planned.cluster) })
    };
    Some(PlannedCluster { cluster: Arc::new(cluster?), ..planned.clone() })
}

/// The cluster of a route of connections or datagrams: each field is that of the most specific policy that has it.
fn stream(cx: &ReadCx<'_>, served: Served<'_>, cluster: &Cluster) -> Option<Cluster> {
    let mut traffic = eg_ir::cluster::ClusterTraffic::default();
    let mut policies = Vec::new();
    for in_force in all::<BackendTraffic>(cx, served, cluster.origin.section.as_ref()) {
        traffic.fill(&in_force.lowered.slot.cluster);
        policies.push(in_force.policy);
    }
    (!policies.is_empty()).then(|| Cluster {
        traffic: (!traffic.is_empty()).then(|| Arc::new(traffic)),
        policies: if served.route.kind.kind == "TLSRoute" { policies } else { Vec::new() },
        ..cluster.clone()
    })
}
