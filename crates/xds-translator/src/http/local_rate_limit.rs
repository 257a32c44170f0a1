//! Limits that each proxy counts for itself.
//!
//! API: `BackendTrafficPolicy.spec.rateLimit.local`. Envoy: the filter `local_ratelimit`, without limits on listeners with a route
//! that needs it, and with them on the route: its own bucket for the rule without selectors, and a descriptor for each kind of
//! request that another rule selects. Routes that answer by themselves have no limits. The bucket cannot only count where others refuse requests, nor count requests more than
//! once; there the rule without selectors is a descriptor, too.

use eg_diag::Diagnostic;
use eg_ir::{
    FeatureId, features,
    route::{LocalRateLimit as Limits, RateLimit, RateLimitRule, RateUnit},
};

use super::{
    FilterChain, HttpFeature, RouteCx, ServerCx, forwarding,
    rate_limit::{Link, SourceKeys, chains, limit},
};
use crate::envoy::{
    any,
    common_rate_limit::{
        LocalRateLimitDescriptor, XRateLimitHeadersRfcVersion, rate_limit_descriptor::Entry,
    },
    core::RuntimeFractionalPercent,
    kind::{FractionalPercent, TokenBucket},
    local_rate_limit::LocalRateLimit as Filter,
    millis, route,
};

/// The name of the filter.
const FILTER: &str = "envoy.filters.http.local_ratelimit";
const STAT_PREFIX: &str = "http_local_rate_limiter";
/// How many values a proxy counts for themselves at most; the oldest are forgotten then.
const MAX_VALUES: u32 = 10_000;
/// The bucket of a route without a limit of all requests.
const UNLIMITED: RateLimit = RateLimit { requests: u32::MAX, unit: RateUnit::Second };

/// Limits that each proxy counts for itself.
pub(super) struct LocalRateLimit;

impl HttpFeature for LocalRateLimit {
    fn id(&self) -> FeatureId {
        features::LOCAL_RATE_LIMIT
    }

    fn filters(&self, cx: ServerCx<'_>, chain: &mut FilterChain) -> Result<(), Diagnostic> {
        if cx.is_needed(&features::LOCAL_RATE_LIMIT) {
            let filter = Filter {
                stat_prefix: STAT_PREFIX.to_owned(),
                max_dynamic_descriptors: Some(MAX_VALUES),
                ..Filter::default()
            };
            chain.add(FILTER, &filter);
        }
        Ok(())
    }

    fn route(&self, cx: RouteCx<'_>, route: &mut route::Route) -> Result<(), Diagnostic> {
        let limits = cx.route.traffic.as_ref().and_then(|traffic| traffic.local_rate_limit.as_ref());
        // What the proxy answers by itself is not counted.
        if let Some(limits) = limits.filter(|_| forwarding(route).is_some()) {
            route.typed_per_filter_config.insert(FILTER.to_owned(), any(&emit(limits)));
        }
        Ok(())
    }
}

fn emit(Limits { all, rules, hides_limits }: &Limits) -> Filter {
    let only_counts = all.as_ref().is_some_and(|all| all.shadow) && rules.iter().all(|rule| rule.shadow);
    let is_bucket = |all: &&RateLimitRule| all.cost.is_none() && (only_counts || !all.shadow);
    let bucket = all.as_ref().filter(is_bucket);
    let beside = all.iter().filter(|all| !is_bucket(all));
    let is_told = bucket.and_then(|bucket| bucket.is_told).unwrap_or(!hides_limits);
    let mut filter = Filter {
        stat_prefix: STAT_PREFIX.to_owned(),
        token_bucket: Some(token_bucket(bucket.map_or(UNLIMITED, |bucket| bucket.limit))),
        filter_enabled: Some(percent(100)),
        filter_enforced: Some(percent(if only_counts { 0 } else { 100 })),
        always_consume_default_token_bucket: Some(false),
        enable_x_ratelimit_headers: if is_told {
            XRateLimitHeadersRfcVersion::DraftVersion03.into()
        } else {
            XRateLimitHeadersRfcVersion::Off.into()
        },
        ..Filter::default()
    };
    // What is said of the bucket alone must not become true of the other limits.
    let otherwise = (is_told == *hides_limits).then_some(!hides_limits);
    for (number, rule) in rules.iter().chain(beside).enumerate() {
        let keys = SourceKeys {
            network: format!("rule-{number}-masked-remote-address"),
            address: format!("rule-{number}-remote-address"),
        };
        for chain in chains(number, rule, &keys) {
            filter.rate_limits.push(limit(rule, &chain, rule.is_told.or(otherwise)));
            let descriptor = descriptor(rule, &chain);
            // Requests of each of several methods are counted together, and Envoy refuses equal descriptors.
            if !filter.descriptors.iter().any(|other| other.entries == descriptor.entries) {
                filter.descriptors.push(descriptor);
            }
        }
    }
    filter
}

fn descriptor(rule: &RateLimitRule, chain: &[Link]) -> LocalRateLimitDescriptor {
    let entry = |link: &Link| Entry { key: link.key.clone(), value: link.value.clone().unwrap_or_default() };
    LocalRateLimitDescriptor {
        entries: chain.iter().map(entry).collect(),
        token_bucket: Some(token_bucket(rule.limit)),
        shadow_mode: rule.shadow,
    }
}

fn token_bucket(RateLimit { requests, unit }: RateLimit) -> TokenBucket {
    TokenBucket {
        max_tokens: requests,
        tokens_per_fill: Some(requests),
        fill_interval: Some(millis(u64::from(unit.seconds()) * 1000)),
    }
}

fn percent(numerator: u32) -> RuntimeFractionalPercent {
    let share = FractionalPercent { numerator, ..FractionalPercent::default() };
    RuntimeFractionalPercent { default_value: Some(share), runtime_key: String::new() }
}
