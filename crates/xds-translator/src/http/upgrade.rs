//! Protocols to which requests may upgrade their connection.
//!
//! API: `BackendTrafficPolicy.spec.httpUpgrade`. Envoy: `RouteAction.upgrade_configs` in place of those that a route has without
//! policies. A route that allows CONNECT matches such requests alone, whatever their path.

use eg_diag::Diagnostic;
use eg_ir::{FeatureId, features, route::Upgrade as Allowed};

use super::{HttpFeature, RouteCx, forwarding};
use crate::envoy::route::{
    self,
    route_action::{UpgradeConfig, upgrade_config::ConnectConfig},
    route_match::{ConnectMatcher, PathSpecifier},
};

/// Protocols to which requests may upgrade their connection.
pub(super) struct Upgrade;

impl HttpFeature for Upgrade {
    fn id(&self) -> FeatureId {
        features::UPGRADE
    }

    fn route(&self, cx: RouteCx<'_>, route: &mut route::Route) -> Result<(), Diagnostic> {
        let Some(traffic) = &cx.route.traffic else { return Ok(()) };
        if let (Some(upgrades), Some(action)) = (&traffic.upgrades, forwarding(route)) {
            action.upgrade_configs = upgrades.iter().map(allowed).collect();
        }
        if let Some(matches) = route.r#match.as_mut().filter(|_| traffic.serves_connect()) {
            matches.path_specifier = Some(PathSpecifier::ConnectMatcher(ConnectMatcher {}));
        }
        Ok(())
    }
}

fn allowed(Allowed { protocol, terminates }: &Allowed) -> UpgradeConfig {
    UpgradeConfig {
        upgrade_type: protocol.to_string(),
        connect_config: terminates.then(ConnectConfig::default),
        ..UpgradeConfig::default()
    }
}
