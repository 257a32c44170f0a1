//! Copies of requests.
//!
//! API: filter `RequestMirror`. Envoy: `request_mirror_policies`. Copies keep the Host header as it is; a share of
//! requests is counted in millionths.

use eg_diag::Diagnostic;
use eg_ir::{
    FeatureId, features,
    route::{Fraction, Mirror as MirrorTo},
};

use super::{HttpFeature, RouteCx, forwarding};
use crate::envoy::{core, kind, route};

const MILLION: u64 = 1_000_000;

/// Copies of requests.
pub(super) struct Mirror;

impl HttpFeature for Mirror {
    fn id(&self) -> FeatureId {
        features::MIRROR
    }

    fn route(&self, cx: RouteCx<'_>, route: &mut route::Route) -> Result<(), Diagnostic> {
        if let Some(action) = forwarding(route) {
            action.request_mirror_policies = cx.route.mirrors.iter().map(policy).collect();
        }
        Ok(())
    }
}

fn policy(MirrorTo { cluster, fraction }: &MirrorTo) -> route::route_action::RequestMirrorPolicy {
    route::route_action::RequestMirrorPolicy {
        cluster: cluster.to_string(),
        runtime_fraction: Some(core::RuntimeFractionalPercent {
            default_value: Some(fraction.map_or_else(all, millionths)),
            runtime_key: String::new(),
        }),
        disable_shadow_host_suffix_append: true,
        ..route::route_action::RequestMirrorPolicy::default()
    }
}

fn all() -> kind::FractionalPercent {
    use kind::fractional_percent::DenominatorType;
    kind::FractionalPercent { numerator: 100, denominator: DenominatorType::Hundred.into() }
}

fn millionths(Fraction { numerator, denominator }: Fraction) -> kind::FractionalPercent {
    use kind::fractional_percent::DenominatorType;
    let share = u64::from(numerator) * MILLION / u64::from(denominator).max(1);
    kind::FractionalPercent {
        // More than all is all.
        numerator: u32::try_from(share.min(MILLION)).unwrap_or(u32::MAX),
        denominator: DenominatorType::Million.into(),
    }
}
