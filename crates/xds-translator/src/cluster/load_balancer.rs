//! How one endpoint of a cluster is chosen: the one with fewer requests out of two, after the locality was chosen by
//! weight or by nearness.
//!
//! API: weights of backend references; `Service.spec.trafficDistribution` and topology settings for nearness.

use eg_diag::Diagnostic;
use eg_ir::{
    FeatureId,
    cluster::{Cluster, Discovery, ZoneAware},
};
use prost_types::Any;

use super::{ClusterDraft, ClusterFeature};
use crate::envoy::{any, cluster as pb, cluster_provided, core, lb_common, least_request};

/// How one endpoint of a cluster is chosen.
pub(super) struct LoadBalancer;

impl ClusterFeature for LoadBalancer {
    fn id(&self) -> FeatureId {
        FeatureId::new("load_balancer")
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
        let least_request = least_request::LeastRequest {
            locality_lb_config: Some(lb_common::LocalityLbConfig {
                locality_config_specifier: Some(locality),
            }),
            ..least_request::LeastRequest::default()
        };
        draft.cluster.load_balancing_policy =
            Some(policy("envoy.load_balancing_policies.least_request", any(&least_request)));
        Ok(())
    }
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
