//! How an endpoint is chosen.
//!
//! API: `BackendTrafficPolicy.spec.loadBalancer`. IR: [`LoadBalancer`] and `endpoint_override` of clusters, and [`HashOn`] of routes.
//! Connections are hashed by their source address alone. With `BackendUtilization`, clients are not told what endpoints report, unless
//! the policy wants it.
//!
//! Precedence: an endpoint that `endpointOverride` finds in a request goes before all else. Weights of backends
//! do not count there, nor with `BackendUtilization`.
//!
//! Fail mode: closed; a number, a time or a port that is none, or a table whose size is no prime number, makes routes answer 500.
//! `zoneAware` and dynamic modules are not part of this build and have no effect, which the status says.

use eg_api::v1alpha1::{
    BackendTrafficPolicySpec, BackendUtilization as Utilization, ConsistentHash, LoadBalancer as Written,
    OutOfBandReporting,
};
use eg_diag::Code;
use eg_ir::{
    FeatureId,
    cluster::{BackendUtilization, LoadBalancer, OutOfBandReports},
    features,
    route::HashOn,
};

use super::{BackendTraffic, BackendTrafficSlot};
use crate::policy::reading::{ReadField, Reading};

static INVALID: Code = Code::error("invalid-load-balancer", "Accepted", "Invalid");

/// The size of a hash table when the policy does not say.
const TABLE_SIZE: u64 = 65_537;
/// The largest size that Envoy accepts.
const MAX_TABLE_SIZE: u64 = 5_000_011;

/// How an endpoint is chosen.
pub(super) struct LoadBalancerField;

impl ReadField<BackendTraffic> for LoadBalancerField {
    const ID: FeatureId = features::LOAD_BALANCER;
    const NAME: &'static str = "loadBalancer";
    const INVALID: &'static Code = &INVALID;
    type Written = Written;

    fn written(spec: &BackendTrafficPolicySpec) -> Option<&Written> {
        spec.cluster.load_balancer.as_ref()
    }

    fn read(
        written: &Written,
        _: &BackendTrafficPolicySpec,
        slot: &mut BackendTrafficSlot,
        mut reading: Reading<'_>,
    ) {
        let Written {
            backend_utilization,
            consistent_hash,
            dynamic_module: _,
            endpoint_override,
            slow_start,
            r#type,
            zone_aware: _,
        } = written;
        let sources = endpoint_override.iter().flat_map(|endpoint| &endpoint.extract_from);
        let headers: Vec<String> = sources.filter_map(|source| source.header.clone()).collect();
        if !headers.is_empty() {
            slot.cluster_mut().endpoint_override = Some(headers);
        }
        let window = slow_start.as_ref().map(|slow_start| &slow_start.window);
        let slow_start_ms = reading.at("slowStart").millis("window", window);
        let balancer = match r#type.as_str() {
            "LeastRequest" => LoadBalancer::LeastRequest { slow_start_ms },
            "RoundRobin" => LoadBalancer::RoundRobin { slow_start_ms },
            "BackendUtilization" => {
                let utilization = backend_utilization.clone().unwrap_or_default();
                slot.route_mut().hides_load = !utilization.keep_response_headers.unwrap_or_default();
                let lowered = utilized(&utilization, reading.at("backendUtilization"));
                LoadBalancer::BackendUtilization(Box::new(BackendUtilization { slow_start_ms, ..lowered }))
            }
            "Random" => LoadBalancer::Random,
            "ConsistentHash" => {
                let hash = consistent_hash.clone().unwrap_or_default();
                let Some((balancer, hash)) = hashed(&hash, reading.at("consistentHash")) else { return };
                if !hash.is_empty() {
                    slot.route_mut().hash = hash;
                }
                balancer
            }
            _ => return,
        };
        slot.cluster_mut().load_balancer = Some(balancer);
    }
}

fn utilized(written: &Utilization, mut reading: Reading<'_>) -> BackendUtilization {
    let Utilization {
        blackout_period,
        error_utilization_penalty_percent,
        keep_response_headers: _,
        metric_names_for_computing_utilization,
        out_of_band,
        weight_expiration_period,
        weight_update_period,
    } = written;
    let penalty = reading.count("errorUtilizationPenaltyPercent", *error_utilization_penalty_percent);
    BackendUtilization {
        blackout_ms: reading.millis("blackoutPeriod", blackout_period.as_ref()),
        expiration_ms: reading.millis("weightExpirationPeriod", weight_expiration_period.as_ref()),
        update_ms: reading.millis("weightUpdatePeriod", weight_update_period.as_ref()),
        error_penalty_percent: penalty,
        metrics: metric_names_for_computing_utilization.clone(),
        out_of_band: out_of_band.as_ref().map(|reports| reported(reports, reading.at("outOfBand"))),
        slow_start_ms: None,
    }
}

fn reported(
    OutOfBandReporting { authority, port, reporting_period }: &OutOfBandReporting,
    mut reading: Reading<'_>,
) -> OutOfBandReports {
    let period_ms = reading.millis("reportingPeriod", reporting_period.as_ref());
    if period_ms == Some(0) {
        reading.at("reportingPeriod").refuse("expected more than 0");
    }
    let port = port.and_then(|port| reading.port("port", port));
    OutOfBandReports { period_ms, port, authority: authority.clone() }
}

fn hashed(hash: &ConsistentHash, mut reading: Reading<'_>) -> Option<(LoadBalancer, Vec<HashOn>)> {
    let ConsistentHash { cookie, header, headers, query_params, table_size, r#type } = hash;
    let table_size = match table_size.map(u64::try_from) {
        None => Ok(TABLE_SIZE),
        Some(Ok(size)) if size <= MAX_TABLE_SIZE && is_prime(size) => Ok(size),
        Some(_) => Err(format!("expected a prime number up to {MAX_TABLE_SIZE}")),
    };
    let table_size = reading.at("tableSize").value(table_size)?;
    let on = match r#type.as_str() {
        "Header" => header.iter().map(|header| HashOn::Header(header.name.clone())).collect(),
        "Headers" => headers.iter().map(|header| HashOn::Header(header.name.clone())).collect(),
        "QueryParams" => {
            query_params.iter().map(|query| HashOn::QueryParameter(query.name.clone())).collect()
        }
        "Cookie" => {
            let cookie = cookie.clone().unwrap_or_default();
            let ttl_ms = reading.at("cookie").millis("ttl", cookie.ttl.as_ref());
            vec![HashOn::Cookie { name: cookie.name, ttl_ms, attributes: cookie.attributes }]
        }
        "SourceIP" => vec![HashOn::SourceIp],
        _ => Vec::new(),
    };
    let by_source_ip = on.contains(&HashOn::SourceIp);
    Some((LoadBalancer::ConsistentHash { table_size, by_source_ip }, on))
}

fn is_prime(number: u64) -> bool {
    let divisors = (2..).take_while(|divisor| divisor * divisor <= number);
    number >= 2 && divisors.into_iter().all(|divisor| !number.is_multiple_of(divisor))
}
