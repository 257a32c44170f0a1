//! What the clusters of routes get.

use std::sync::Arc;

use eg_api::gateway::{TlsRoute, UdpRoute};
use eg_diag::ObjectRef;
use eg_ir::{
    Name,
    cluster::{
        Cluster, ClusterTraffic, Discovery, Dns, DnsCache, HealthTarget, HttpProbe, LoadBalancer, Probe,
        UpstreamProtocol,
    },
    route::StreamRoute,
};
use eg_resources::Object;

use super::BackendTraffic;
use crate::{
    engine::ReadCx,
    fanout::EndpointPlan,
    policy::route::{Policies, Served},
    route::destination::PlannedCluster,
};

/// The cluster as policies shape it for the listener that serves its route. A cluster that serves several listeners is as the
/// first one of them wants it. Clusters of mirrors stay as they are.
pub(crate) fn shaped(
    cx: &ReadCx<'_>,
    served: Served<'_>,
    host: Option<&Name>,
    planned: &PlannedCluster,
) -> Option<PlannedCluster> {
    if planned.cluster.origin.object != *served.route {
        return None;
    }
    let policies = Policies::<BackendTraffic>::in_use(cx)?;
    let rule = planned.cluster.origin.section.as_ref();
    let cluster = if planned.cluster.protocol == UpstreamProtocol::Opaque {
        stream(&policies, served, &planned.cluster)
    } else {
        let in_force = policies.in_force(served, rule)?;
        let traffic = &in_force.lowered.slot.cluster;
        (!traffic.is_empty()).then(|| with(Arc::clone(traffic), &planned.cluster))
    };
    Some(probed(cluster?, host, planned))
}

/// The cluster of a service that the proxy asks, as its settings shape it.
pub(super) fn for_service(planned: &PlannedCluster, traffic: &Arc<ClusterTraffic>) -> PlannedCluster {
    probed(with(Arc::clone(traffic), &planned.cluster), None, planned)
}

/// A cluster in place of the planned one, whose endpoints are told where they are asked for their health.
fn probed(mut cluster: Cluster, host: Option<&Name>, planned: &PlannedCluster) -> PlannedCluster {
    let health = name_probe(&mut cluster, host);
    let mut endpoints = planned.endpoints.clone();
    if !health.is_default() {
        if let Discovery::Dns(set) = &mut cluster.discovery {
            Arc::make_mut(set).health = health;
        }
        endpoints = endpoints.map(|plan| Arc::new(EndpointPlan { health, ..EndpointPlan::clone(&plan) }));
    }
    PlannedCluster { cluster: Arc::new(cluster), endpoints, ..planned.clone() }
}

/// Gives HTTP questions about health the host under which the route is served, unless the policy has one, and says where
/// endpoints are asked.
fn name_probe(cluster: &mut Cluster, host: Option<&Name>) -> HealthTarget {
    let is_http = cluster.protocol != UpstreamProtocol::Opaque;
    let active = |traffic: &ClusterTraffic| traffic.health_check.as_ref()?.active.clone();
    let Some(mut active) = cluster.traffic.as_deref().and_then(active) else {
        return HealthTarget::default();
    };
    let port = active.port;
    let own = match &mut active.probe {
        Probe::Http(HttpProbe { host: Some(_), .. }) => return HealthTarget { port, by_name: false },
        Probe::Http(HttpProbe { host: own, .. }) => own,
        _ => return HealthTarget { port, by_name: true },
    };
    if is_http && let Some(host) = host {
        *own = Some(host.to_string());
        let traffic = cluster.traffic.as_mut().map(Arc::make_mut);
        if let Some(checks) = traffic.and_then(|traffic| traffic.health_check.as_mut()) {
            checks.active = Some(active);
        }
    }
    HealthTarget { port, by_name: true }
}

/// A cluster that is used so.
fn with(traffic: Arc<ClusterTraffic>, cluster: &Cluster) -> Cluster {
    let discovery = match (&cluster.discovery, &traffic.dns) {
        (Discovery::Dynamic(cache), Some(dns)) => Discovery::Dynamic(resolved(cache, dns)),
        (discovery, _) => discovery.clone(),
    };
    Cluster { discovery, traffic: Some(traffic), ..cluster.clone() }
}

/// The cache of names that are resolved when they are asked for, as a policy wants it.
fn resolved(cache: &DnsCache, dns: &Dns) -> DnsCache {
    DnsCache {
        refresh_ms: dns.refresh_ms.unwrap_or(cache.refresh_ms),
        family: dns.family,
        owner: Some(Arc::clone(&dns.owner)),
    }
}

/// The cluster of a route of connections or datagrams.
fn stream(
    policies: &Policies<'_, '_, BackendTraffic>,
    served: Served<'_>,
    cluster: &Cluster,
) -> Option<Cluster> {
    let (mut traffic, policies) = filled(policies, served, cluster.origin.section.as_ref());
    if policies.is_empty() {
        return None;
    }
    if served.route.kind == UdpRoute::KIND {
        // Datagrams have neither connections nor answers.
        let ClusterTraffic { connection, dns, load_balancer, .. } = traffic;
        traffic = ClusterTraffic { connection, dns, load_balancer, ..ClusterTraffic::default() };
    }
    // Of these routes, those for TLS are resources of their own, whose metadata names their policies.
    let policies = if served.route.kind == TlsRoute::KIND { policies } else { Vec::new() };
    let shaped = if traffic.is_empty() { cluster.clone() } else { with(Arc::new(traffic), cluster) };
    Some(Cluster { policies, ..shaped })
}

/// What connections or datagrams get, and the policies that say so: each field is that of the most specific one.
fn filled(
    policies: &Policies<'_, '_, BackendTraffic>,
    served: Served<'_>,
    rule: Option<&Name>,
) -> (ClusterTraffic, Vec<ObjectRef>) {
    let mut traffic = ClusterTraffic::default();
    let mut named = Vec::new();
    for in_force in policies.all(served, rule) {
        traffic.fill(&in_force.lowered.slot.cluster);
        named.push(in_force.policy);
    }
    (traffic, named)
}

/// A route of connections or datagrams as policies shape it for a listener.
pub(crate) fn shaped_stream(
    cx: &ReadCx<'_>,
    served: Served<'_>,
    route: &Arc<StreamRoute>,
) -> Arc<StreamRoute> {
    let Some(policies) = Policies::<BackendTraffic>::in_use(cx) else { return Arc::clone(route) };
    let (traffic, _) = filled(&policies, served, route.origin.section.as_ref());
    let hashes =
        matches!(traffic.load_balancer, Some(LoadBalancer::ConsistentHash { by_source_ip: true, .. }));
    let cache = route.by_server_name.as_ref().zip(traffic.dns.as_ref());
    let cache = cache.map(|(cache, dns)| resolved(cache, dns));
    if !hashes && cache.is_none() {
        return Arc::clone(route);
    }
    let by_server_name = cache.or_else(|| route.by_server_name.clone());
    Arc::new(StreamRoute { hashes_source_ip: hashes, by_server_name, ..StreamRoute::clone(route) })
}
