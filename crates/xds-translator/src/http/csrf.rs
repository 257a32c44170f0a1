//! Requests that other sites make browsers send.
//!
//! API: `SecurityPolicy.spec.csrf`. Envoy: the filter `csrf`, off on listeners with a route that needs it, with the policy on the
//! route. A changing request whose `Origin` (or `Referer`) is neither the host nor a known origin gets 403; of the part that is
//! counted only, it is served.

use eg_diag::Diagnostic;
use eg_ir::{
    FeatureId, features,
    route::{Csrf as Settings, Fraction},
};

use super::{FilterChain, HttpFeature, RouteCx, ServerCx, route_match};
use crate::envoy::{any, core, csrf, kind, route};

/// The name of the filter.
const FILTER: &str = "envoy.filters.http.csrf";

const MILLION: u64 = 1_000_000;

/// Requests that other sites make browsers send.
pub(super) struct Csrf;

impl HttpFeature for Csrf {
    fn id(&self) -> FeatureId {
        features::CSRF
    }

    fn filters(&self, cx: ServerCx<'_>, chain: &mut FilterChain) -> Result<(), Diagnostic> {
        if cx.is_needed(&features::CSRF) {
            let off = Fraction { numerator: 0, denominator: 100 };
            let config = csrf::CsrfPolicy { filter_enabled: Some(share(off)), ..csrf::CsrfPolicy::default() };
            chain.add(FILTER, &config);
        }
        Ok(())
    }

    fn route(&self, cx: RouteCx<'_>, route: &mut route::Route) -> Result<(), Diagnostic> {
        let settings = cx.route.security.as_ref().and_then(|security| security.csrf.as_ref());
        if let Some(settings) = settings {
            route.typed_per_filter_config.insert(FILTER.to_owned(), any(&emit(settings)));
        }
        Ok(())
    }
}

fn emit(Settings { origins, shadow }: &Settings) -> csrf::CsrfPolicy {
    let all = Fraction { numerator: 100, denominator: 100 };
    let enforced = shadow.map_or(all, |Fraction { numerator, denominator }| Fraction {
        numerator: denominator.saturating_sub(numerator),
        denominator,
    });
    csrf::CsrfPolicy {
        filter_enabled: Some(share(enforced)),
        // It counts what is not enforced.
        shadow_enabled: shadow.map(|_| share(all)),
        additional_origins: origins.iter().map(route_match::string).collect(),
    }
}

fn share(Fraction { numerator, denominator }: Fraction) -> core::RuntimeFractionalPercent {
    use kind::fractional_percent::DenominatorType;
    let (numerator, denominator) = match denominator {
        100 => (numerator, DenominatorType::Hundred),
        10_000 => (numerator, DenominatorType::TenThousand),
        _ => {
            let share = u64::from(numerator) * MILLION / u64::from(denominator).max(1);
            (u32::try_from(share).unwrap_or(u32::MAX), DenominatorType::Million)
        }
    };
    let share = kind::FractionalPercent { numerator, denominator: denominator.into() };
    core::RuntimeFractionalPercent { default_value: Some(share), runtime_key: String::new() }
}
