//! The cluster of some of the backends of a destination.

use std::sync::Arc;

use eg_ir::{
    Name, Origin,
    cluster::{
        Cluster, Discovery, DnsCache, EndpointSet, Locality, TlsProfile, UpstreamProtocol, UpstreamTls,
    },
};

use super::{Destination, PlannedCluster, Reachable, Setting};
use crate::{
    endpoint::{Addressing, Endpoints},
    fanout::{EndpointPlan, EndpointSource, LocalityPlan},
    names,
    policy::backend_tls::defaults::PlannedTls,
    refs::backend::Addresses,
};

impl Destination<'_, '_> {
    /// The cluster of these backends.
    pub(super) fn cluster(
        &self,
        name: &Name,
        rule: u32,
        origin: &Origin,
        settings: &[Setting],
    ) -> PlannedCluster {
        let backends = || settings.iter().filter_map(|setting| setting.backend.as_ref());
        let hostnames = backends().any(|reachable| reachable.addressing == Addressing::Hostnames);
        let discovery = if settings.iter().any(Setting::is_dynamic) {
            Discovery::Dynamic(DnsCache::default())
        } else if hostnames {
            let each = settings.iter().enumerate();
            let localities = each
                .filter_map(|(position, setting)| self.resolved_by_proxy(name, position, setting))
                .collect();
            Discovery::Dns(Arc::new(EndpointSet {
                cluster: name.clone(),
                localities,
                ..EndpointSet::default()
            }))
        } else {
            Discovery::Eds
        };
        let endpoints = (!hostnames).then(|| {
            let each = settings.iter().enumerate();
            let plan = |(position, setting)| locality_plan(name, position, setting);
            Arc::new(EndpointPlan { localities: each.map(plan).collect(), ..EndpointPlan::default() })
        });
        // A backend reference with changes has a cluster of its own.
        let credential = settings.iter().find_map(|setting| setting.changes.credential.as_ref());
        let cluster = Cluster {
            name: name.clone(),
            origin: origin.clone(),
            discovery,
            protocol: backends()
                .map(|reachable| reachable.backend.protocol)
                .fold(self.protocol, UpstreamProtocol::max),
            zone_aware: backends().find_map(|reachable| reachable.backend.zone_aware.clone()),
            tls: upstream_tls(name, settings),
            credential_injection: credential.map(|(injection, _)| Arc::clone(injection)),
            ..Cluster::default()
        };
        let tls = backends().filter_map(|reachable| reachable.tls.as_ref());
        let secrets = tls.flat_map(|tls| &tls.secrets).chain(credential.map(|(_, secret)| secret));
        let secrets = secrets.cloned().collect();
        PlannedCluster { rule, cluster: Arc::new(cluster), endpoints, secrets }
    }

    /// The hostnames of a backend as part of its cluster.
    fn resolved_by_proxy(&self, cluster: &Name, position: usize, setting: &Setting) -> Option<Locality> {
        let Reachable { backend, .. } = setting.backend.as_ref()?;
        let endpoints = match &backend.addresses {
            Addresses::Fixed(endpoints) | Addresses::Hostnames(endpoints) => endpoints.as_slice().into(),
            Addresses::Dynamic => Arc::default(),
            Addresses::Slices(port) => Arc::clone(&self.cx.unit::<Endpoints>(port).endpoints),
        };
        Some(Locality {
            region: setting.name.clone(),
            zone: None,
            weight: Some(setting.weight),
            priority: backend.fallback.into(),
            origin: backend.origin.clone(),
            tls: setting.tls_profile(cluster, position),
            endpoints,
        })
    }
}

/// How TLS is spoken to the backends of a cluster; `None` when it is spoken to none of them.
fn upstream_tls(cluster: &Name, settings: &[Setting]) -> Option<Arc<UpstreamTls>> {
    let mut upstream = UpstreamTls::default();
    for (position, setting) in settings.iter().enumerate() {
        match setting.backend.as_ref().map(|reachable| &reachable.tls) {
            Some(Some(PlannedTls { profile, .. })) => {
                let name = names::tls_profile(cluster, position);
                upstream.profiles.push(TlsProfile { name, ..profile.clone() });
            }
            Some(None) => upstream.some_plain = true,
            None => {}
        }
    }
    (!upstream.profiles.is_empty()).then(|| Arc::new(upstream))
}

fn locality_plan(cluster: &Name, position: usize, setting: &Setting) -> LocalityPlan {
    let Setting { name, weight, changes: _, backend } = setting;
    let Some(Reachable { backend, .. }) = backend else {
        return LocalityPlan {
            name: name.clone(),
            weight: *weight,
            priority: 0,
            by_zone: false,
            origin: Origin::default(),
            tls: None,
            source: EndpointSource::Fixed(Vec::new()),
        };
    };
    LocalityPlan {
        name: name.clone(),
        weight: *weight,
        priority: backend.fallback.into(),
        by_zone: backend.zone_aware.is_some(),
        origin: backend.origin.clone(),
        tls: setting.tls_profile(cluster, position),
        source: match &backend.addresses {
            Addresses::Slices(port) => EndpointSource::Slices(port.clone()),
            Addresses::Fixed(endpoints) | Addresses::Hostnames(endpoints) => {
                EndpointSource::Fixed(endpoints.clone())
            }
            Addresses::Dynamic => EndpointSource::Fixed(Vec::new()),
        },
    }
}
