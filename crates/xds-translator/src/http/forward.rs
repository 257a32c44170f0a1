//! Where a route sends requests.
//!
//! API: `backendRefs` with their weights and filters. Envoy: `RouteAction.cluster`, or `weighted_clusters` when there
//! are several, when some backends are invalid, or when one has filters of its own. The share of invalid backends goes
//! to a cluster that does not exist, which `cluster_not_found_response_code` makes a 500. A request may upgrade its
//! connection to a WebSocket unless the route or a policy says otherwise; what is hashed to choose an endpoint is in `hash`.

use eg_diag::{Diagnostic, FieldPath};
use eg_ir::{
    FeatureId, features,
    route::{BackendFilters, Forward as ForwardTo, RouteAction, WeightedCluster},
};

use super::{HttpFeature, RouteCx, hash, header_modifier};
use crate::{envoy::route, finding::not_expressible};

/// The cluster that receives the share of invalid backends; it must not exist.
const INVALID: &str = "invalid-backend-cluster";

/// Where a route sends requests.
pub(super) struct Forward;

impl HttpFeature for Forward {
    fn id(&self) -> FeatureId {
        features::FORWARD
    }

    fn route(&self, cx: RouteCx<'_>, route: &mut route::Route) -> Result<(), Diagnostic> {
        use route::route_action::{ClusterNotFoundResponseCode, ClusterSpecifier};
        let RouteAction::Forward(ForwardTo { clusters, invalid_weight, by_host: _ }) = &cx.route.action
        else {
            return Ok(());
        };
        let upgrades = match &cx.route.upgrades {
            None => vec![upgrade("websocket")],
            Some(protocols) => protocols.iter().map(|protocol| upgrade(protocol)).collect(),
        };
        let mut action = route::RouteAction { upgrade_configs: upgrades, ..route::RouteAction::default() };
        action.cluster_specifier = Some(match (clusters.as_slice(), *invalid_weight) {
            ([], _) => {
                let path = FieldPath::spec().field("rules");
                return Err(not_expressible(path, "a route that forwards needs a cluster"));
            }
            ([cluster], 0) if cluster.filters.as_deref().is_none_or(BackendFilters::is_empty) => {
                ClusterSpecifier::Cluster(cluster.name.to_string())
            }
            (clusters, invalid) => {
                action.cluster_not_found_response_code =
                    ClusterNotFoundResponseCode::InternalServerError.into();
                ClusterSpecifier::WeightedClusters(weighted(clusters, invalid)?)
            }
        });
        route.action = Some(route::route::Action::Route(action));
        hash::apply(cx, route);
        Ok(())
    }
}

fn weighted(clusters: &[WeightedCluster], invalid_weight: u32) -> Result<route::WeightedCluster, Diagnostic> {
    use route::weighted_cluster::{ClusterWeight, cluster_weight::HostRewriteSpecifier};
    let total: u64 = clusters.iter().map(|cluster| u64::from(cluster.weight)).sum();
    if !(1..=u64::from(u32::MAX)).contains(&(total + u64::from(invalid_weight))) {
        let path = FieldPath::spec().field("rules");
        return Err(not_expressible(path, "the weights of the backends must add up to 1 to 4294967295"));
    }
    let invalid = (invalid_weight > 0).then(|| ClusterWeight {
        name: INVALID.to_owned(),
        weight: Some(invalid_weight),
        ..ClusterWeight::default()
    });
    let plain = BackendFilters::default();
    let valid = clusters.iter().map(|WeightedCluster { name, weight, filters }| {
        let BackendFilters { request_headers, response_headers, host } = filters.as_deref().unwrap_or(&plain);
        ClusterWeight {
            name: name.to_string(),
            weight: Some(*weight),
            request_headers_to_add: header_modifier::to_add(request_headers),
            request_headers_to_remove: request_headers.remove.clone(),
            response_headers_to_add: header_modifier::to_add(response_headers),
            response_headers_to_remove: response_headers.remove.clone(),
            host_rewrite_specifier: host.clone().map(HostRewriteSpecifier::HostRewriteLiteral),
            ..ClusterWeight::default()
        }
    });
    Ok(route::WeightedCluster {
        clusters: invalid.into_iter().chain(valid).collect(),
        ..route::WeightedCluster::default()
    })
}

fn upgrade(protocol: &str) -> route::route_action::UpgradeConfig {
    route::route_action::UpgradeConfig {
        upgrade_type: protocol.to_owned(),
        ..route::route_action::UpgradeConfig::default()
    }
}
