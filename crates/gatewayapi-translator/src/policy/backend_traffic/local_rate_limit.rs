//! Limits of requests that each proxy counts for itself.
//!
//! API: `BackendTrafficPolicy.spec.rateLimit.local`. IR: [`LocalRateLimit`]. One rule may be without selectors; it is the limit of
//! all requests of a route together. Each route is counted for itself, also with `shared`, and `limit.fromMetadata` and costs of
//! responses are for the rate limit service alone.
//!
//! Precedence: the strictest limit of those that a request counts for decides. With `mergeType: StrategicMerge`, the rules of a
//! route come first, and those of its parent after them.
//!
//! Fail mode: closed; a rule that cannot be read, a limit of 0, and times that are no multiple of that of the rule without
//! selectors make routes answer 500.

use eg_api::v1alpha1::{BackendTrafficPolicySpec, LocalRateLimit as Written};
use eg_diag::Code;
use eg_ir::{
    FeatureId, features,
    route::{LocalRateLimit, RateUnit},
};

use super::{BackendTraffic, BackendTrafficSlot, rate_limit::rule};
use crate::policy::reading::{ReadField, Reading};

static INVALID: Code = Code::error("invalid-local-rate-limit", "Accepted", "Invalid");

/// Limits of requests that each proxy counts for itself.
pub(super) struct LocalRateLimitField;

impl ReadField<BackendTraffic> for LocalRateLimitField {
    const ID: FeatureId = features::LOCAL_RATE_LIMIT;
    const NAME: &'static str = "rateLimit";
    const INVALID: &'static Code = &INVALID;
    type Written = Written;

    fn written(spec: &BackendTrafficPolicySpec) -> Option<&Written> {
        spec.rate_limit.as_ref()?.local.as_ref()
    }

    fn read(
        Written { rules: written }: &Written,
        _: &BackendTrafficPolicySpec,
        slot: &mut BackendTrafficSlot,
        mut reading: Reading<'_>,
    ) {
        let mut local = reading.at("local");
        let mut at = local.at("rules");
        let (mut all, mut some) = (None, Vec::new());
        for (position, written) in written.iter().enumerate() {
            if written.limit.requests == 0 {
                at.nth(position).at("limit").at("requests").refuse("expected more than 0");
            }
            let Some(rule) = rule(written, at.nth(position)) else { continue };
            if !written.client_selectors.is_empty() {
                some.push((position, rule));
            } else if all.replace(rule).is_some() {
                at.nth(position).refuse("only one rule may be without clientSelectors");
            }
        }
        let unit = all.as_ref().map_or(RateUnit::Second, |all| all.limit.unit).seconds();
        for (position, rule) in &some {
            if !rule.limit.unit.seconds().is_multiple_of(unit) {
                let message = "expected a multiple of the unit of the rule without clientSelectors";
                at.nth(*position).at("limit").at("unit").refuse(message);
            }
        }
        let rules = some.into_iter().map(|(_, rule)| rule).collect();
        slot.route_mut().local_rate_limit = Some(LocalRateLimit { all, rules, hides_limits: false });
    }
}
