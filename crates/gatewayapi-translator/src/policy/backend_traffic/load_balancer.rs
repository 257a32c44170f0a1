//! How an endpoint is chosen.
//!
//! API: `BackendTrafficPolicy.spec.loadBalancer`. IR: [`LoadBalancer`] of clusters, and [`HashOn`] of routes. Connections are hashed
//! by their source address alone. A table whose size is no prime number makes routes answer 500. Types and settings that
//! are not part of this build have no effect, which the status says.

use eg_api::v1alpha1::{ConsistentHash, LoadBalancer as Written, SlowStart};
use eg_diag::{Code, Diagnostic, FieldPath};
use eg_ir::{FeatureId, cluster::LoadBalancer, features, route::HashOn};

use super::{BackendTraffic, BackendTrafficSlot, Reader};
use crate::policy::{Declared, FieldCx, PolicyField};

static INVALID: Code = Code::error("invalid-load-balancer", "Accepted", "Invalid");

/// The size of a hash table when the policy does not say.
const TABLE_SIZE: u64 = 65_537;
/// The largest size that Envoy accepts.
const MAX_TABLE_SIZE: u64 = 5_000_011;

/// How an endpoint is chosen.
pub(super) struct LoadBalancerField;

impl PolicyField<BackendTraffic> for LoadBalancerField {
    fn id(&self) -> FeatureId {
        features::LOAD_BALANCER
    }

    fn is_set(&self, policy: &Declared<'_, BackendTraffic>) -> bool {
        policy.spec.cluster.load_balancer.is_some()
    }

    fn validate(&self, policy: &Declared<'_, BackendTraffic>, problems: &mut Vec<Diagnostic>) {
        lower(policy, problems);
    }

    fn lower(
        &self,
        cx: &FieldCx<'_, '_, BackendTraffic>,
        slot: &mut BackendTrafficSlot,
    ) -> Result<(), Diagnostic> {
        let lowered = lower(cx.policy, &mut Vec::new());
        if let Some((balancer, hash)) = lowered {
            slot.cluster_mut().load_balancer = Some(balancer);
            if !hash.is_empty() {
                slot.route_mut().hash = hash;
            }
        }
        Ok(())
    }
}

fn lower(
    policy: &Declared<'_, BackendTraffic>,
    problems: &mut Vec<Diagnostic>,
) -> Option<(LoadBalancer, Vec<HashOn>)> {
    let written = policy.spec.cluster.load_balancer.as_ref()?;
    let Written { consistent_hash, slow_start, r#type, .. } = written;
    let mut reader = Reader::new(&INVALID, problems);
    let at = FieldPath::spec().field("loadBalancer");
    let window = slow_start.as_ref().map(|SlowStart { window }| window);
    let slow_start_ms = reader.millis(window, at.field("slowStart").field("window"));
    let balancer = match r#type.as_str() {
        "LeastRequest" => LoadBalancer::LeastRequest { slow_start_ms },
        "RoundRobin" => LoadBalancer::RoundRobin { slow_start_ms },
        "Random" => LoadBalancer::Random,
        "ConsistentHash" => {
            let hash = consistent_hash.clone().unwrap_or_default();
            return hashed(&hash, &at.field("consistentHash"), &mut reader);
        }
        _ => return None,
    };
    Some((balancer, Vec::new()))
}

fn hashed(
    hash: &ConsistentHash,
    at: &FieldPath,
    reader: &mut Reader<'_>,
) -> Option<(LoadBalancer, Vec<HashOn>)> {
    let ConsistentHash { cookie, header, headers, query_params, table_size, r#type } = hash;
    let table_size = match table_size.map(u64::try_from) {
        None => Ok(TABLE_SIZE),
        Some(Ok(size)) if size <= MAX_TABLE_SIZE && is_prime(size) => Ok(size),
        Some(_) => Err(format!("expected a prime number up to {MAX_TABLE_SIZE}")),
    };
    let table_size = reader.known(table_size, at.field("tableSize"))?;
    let on = match r#type.as_str() {
        "Header" => header.iter().map(|header| HashOn::Header(header.name.clone())).collect(),
        "Headers" => headers.iter().map(|header| HashOn::Header(header.name.clone())).collect(),
        "QueryParams" => {
            query_params.iter().map(|query| HashOn::QueryParameter(query.name.clone())).collect()
        }
        "Cookie" => {
            let cookie = cookie.clone().unwrap_or_default();
            let ttl_ms = reader.millis(cookie.ttl.as_ref(), at.field("cookie").field("ttl"));
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
