//! How one endpoint of a cluster is chosen: the one with fewer requests out of two unless a policy says otherwise, after the
//! locality was chosen by weight or by nearness.
//!
//! API: weights of backend references; `Service.spec.trafficDistribution` and topology settings for nearness;
//! `BackendTrafficPolicy.spec.loadBalancer`. A consistent hash knows no localities. What is hashed of requests that the proxy
//! makes itself is said here; for requests of clients, their routes say it.

use eg_diag::{Diagnostic, FieldPath};
use eg_ir::{
    FeatureId,
    cluster::{Cluster, Discovery, LoadBalancer as Algorithm, ZoneAware},
    features,
};
use prost_types::Any;

use super::{ClusterDraft, ClusterFeature};
use crate::{
    envoy::{
        any, cluster as pb, cluster_provided, core, lb_common, least_request, maglev, millis, random,
        round_robin,
    },
    finding::not_expressible,
    http::hash,
};

/// How one endpoint of a cluster is chosen.
pub(super) struct LoadBalancer;

impl ClusterFeature for LoadBalancer {
    fn id(&self) -> FeatureId {
        features::LOAD_BALANCER
    }

    fn cluster(&self, ir: &Cluster, draft: &mut ClusterDraft) -> Result<(), Diagnostic> {
        use lb_common::locality_lb_config::{LocalityConfigSpecifier, LocalityWeightedLbConfig};
        if matches!(ir.discovery, Discovery::Dynamic(_)) {
            // Who resolves names as they are asked for has nothing to choose from.
            let provided = any(&cluster_provided::ClusterProvided::default());
            draft.cluster.load_balancing_policy =
                Some(policy("envoy.load_balancing_policies.cluster_provided", provided));
            return Ok(());
        }
        let locality = match &ir.zone_aware {
            None => LocalityConfigSpecifier::LocalityWeightedLbConfig(LocalityWeightedLbConfig {}),
            Some(zones) => LocalityConfigSpecifier::ZoneAwareLbConfig(zone_aware(zones)),
        };
        let locality = Some(lb_common::LocalityLbConfig { locality_config_specifier: Some(locality) });
        let (name, config) = match ir.traffic.as_ref().and_then(|traffic| traffic.load_balancer.as_ref()) {
            None => least_request(locality, None),
            Some(Algorithm::LeastRequest { slow_start_ms }) => least_request(locality, *slow_start_ms),
            Some(Algorithm::RoundRobin { slow_start_ms }) => {
                let config = round_robin::RoundRobin {
                    locality_lb_config: locality,
                    slow_start_config: slow_start(*slow_start_ms),
                };
                ("round_robin", any(&config))
            }
            Some(Algorithm::Random) => ("random", any(&random::Random { locality_lb_config: locality })),
            Some(Algorithm::ConsistentHash { table_size, by_source_ip: _ }) => {
                let config = maglev::Maglev { table_size: Some(*table_size), ..maglev::Maglev::default() };
                ("maglev", any(&config))
            }
            Some(other) => {
                let message = format!("unknown way to choose an endpoint {other:?}");
                return Err(not_expressible(FieldPath::spec().field("loadBalancer"), message));
            }
        };
        let name = format!("envoy.load_balancing_policies.{name}");
        draft.cluster.load_balancing_policy = Some(policy(&name, config));
        let hashed = ir.traffic.iter().flat_map(|traffic| &traffic.hash);
        draft.http.hash_policy = hashed.map(hash::policy).collect();
        Ok(())
    }
}

fn least_request(
    locality: Option<lb_common::LocalityLbConfig>,
    slow_start_ms: Option<u64>,
) -> (&'static str, Any) {
    let config = least_request::LeastRequest {
        locality_lb_config: locality,
        slow_start_config: slow_start(slow_start_ms),
        ..least_request::LeastRequest::default()
    };
    ("least_request", any(&config))
}

fn slow_start(window_ms: Option<u64>) -> Option<lb_common::SlowStartConfig> {
    window_ms.map(|window| lb_common::SlowStartConfig {
        slow_start_window: Some(millis(window)),
        ..lb_common::SlowStartConfig::default()
    })
}

fn policy(name: &str, config: Any) -> pb::LoadBalancingPolicy {
    pb::LoadBalancingPolicy {
        policies: vec![pb::load_balancing_policy::Policy {
            typed_extension_config: Some(core::TypedExtensionConfig {
                name: name.to_owned(),
                typed_config: Some(config),
            }),
        }],
    }
}

fn zone_aware(zones: &ZoneAware) -> lb_common::locality_lb_config::ZoneAwareLbConfig {
    use lb_common::locality_lb_config::{ZoneAwareLbConfig, zone_aware_lb_config::ForceLocalZone};
    let ZoneAware { min_cluster_size, force_local_min } = zones;
    ZoneAwareLbConfig {
        min_cluster_size: Some(*min_cluster_size),
        force_local_zone: force_local_min.map(|min_size| ForceLocalZone { min_size: Some(min_size) }),
        ..ZoneAwareLbConfig::default()
    }
}
