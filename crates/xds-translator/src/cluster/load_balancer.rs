//! How one endpoint of a cluster is chosen: the one with fewer requests out of two unless a policy says otherwise, after the
//! locality was chosen by weight or by nearness.
//!
//! API: weights of backend references; `Service.spec.trafficDistribution` and topology settings for nearness;
//! `BackendTrafficPolicy.spec.loadBalancer`. A consistent hash knows no localities; nor do weights that follow reports of load, and
//! clusters where a header may name the endpoint. What is hashed of requests that the proxy makes itself is said here; for requests
//! of clients, their routes say it.

use eg_diag::{Diagnostic, FieldPath};
use eg_ir::{
    FeatureId,
    cluster::{
        BackendUtilization, Cluster, Discovery, LoadBalancer as Algorithm, OutOfBandReports,
        UpstreamProtocol, ZoneAware,
    },
    features,
};
use prost_types::Any;

use super::{ClusterDraft, ClusterFeature};
use crate::{
    envoy::{
        any,
        client_side_weighted_round_robin::ClientSideWeightedRoundRobin,
        cluster as pb, cluster_provided, core, lb_common, least_request, maglev, millis,
        override_host::{OverrideHost, override_host::OverrideHostSource},
        random, round_robin,
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
        let headers = ir.traffic.as_ref().and_then(|traffic| traffic.endpoint_override.as_ref());
        let headers = headers.filter(|_| ir.protocol != UpstreamProtocol::Opaque);
        let locality = lb_common::LocalityLbConfig { locality_config_specifier: Some(locality) };
        let locality = headers.is_none().then_some(locality);
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
            Some(Algorithm::BackendUtilization(reports)) => {
                ("client_side_weighted_round_robin", any(&utilization(reports)))
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
        let chosen = policy(&format!("envoy.load_balancing_policies.{name}"), config);
        draft.cluster.load_balancing_policy = Some(match headers {
            Some(headers) => overridden(headers, chosen),
            None => chosen,
        });
        let hashed = ir.traffic.iter().flat_map(|traffic| &traffic.hash);
        draft.http.hash_policy = hashed.map(hash::policy).collect();
        Ok(())
    }
}

/// Goes where a header says, and otherwise to the endpoint that is chosen.
fn overridden(headers: &[String], chosen: pb::LoadBalancingPolicy) -> pb::LoadBalancingPolicy {
    let source =
        |header: &String| OverrideHostSource { header: header.clone(), ..OverrideHostSource::default() };
    let config = OverrideHost {
        override_host_sources: headers.iter().map(source).collect(),
        fallback_policy: Some(chosen),
        ..OverrideHost::default()
    };
    policy("envoy.load_balancing_policies.override_host", any(&config))
}

#[expect(clippy::cast_precision_loss, reason = "a percentage is small")]
fn utilization(reports: &BackendUtilization) -> ClientSideWeightedRoundRobin {
    let BackendUtilization {
        blackout_ms,
        expiration_ms,
        update_ms,
        error_penalty_percent,
        metrics,
        out_of_band,
        slow_start_ms,
    } = reports;
    let out_of_band = out_of_band.as_ref();
    let asked = out_of_band.filter(|reports| reports.port.is_some() || reports.authority.is_some());
    ClientSideWeightedRoundRobin {
        enable_oob_load_report: out_of_band.map(|_| true),
        oob_reporting_period: out_of_band.and_then(|reports| reports.period_ms).map(millis),
        oob_reporting_config: asked.map(|OutOfBandReports { period_ms: _, port, authority }| {
            lb_common::OrcaOobReportingConfig {
                authority: authority.clone().unwrap_or_default(),
                port_value: port.map(u32::from).unwrap_or_default(),
                ..lb_common::OrcaOobReportingConfig::default()
            }
        }),
        blackout_period: blackout_ms.map(millis),
        weight_expiration_period: expiration_ms.map(millis),
        weight_update_period: update_ms.map(millis),
        error_utilization_penalty: error_penalty_percent.map(|percent| percent as f32 / 100.0),
        metric_names_for_computing_utilization: metrics.clone(),
        slow_start_config: slow_start(*slow_start_ms),
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
