//! What makes requests equal that go to the same endpoint.
//!
//! API: `BackendTrafficPolicy.spec.loadBalancer.consistentHash`. Envoy: `RouteAction.hash_policy`.

use eg_ir::route::HashOn;

use super::{RouteCx, forwarding};
use crate::envoy::{
    millis,
    route::{
        self,
        route_action::{HashPolicy, hash_policy},
    },
};

/// Tells a route what is hashed.
pub(super) fn apply(cx: RouteCx<'_>, route: &mut route::Route) {
    if let (Some(traffic), Some(action)) = (&cx.route.traffic, forwarding(route)) {
        action.hash_policy = traffic.hash.iter().map(policy).collect();
    }
}

/// A part of a request that is hashed.
pub(crate) fn policy(on: &HashOn) -> HashPolicy {
    use hash_policy::{
        ConnectionProperties, Cookie, CookieAttribute, Header, PolicySpecifier, QueryParameter,
    };
    let specifier = match on {
        HashOn::Header(name) => {
            PolicySpecifier::Header(Header { header_name: name.clone(), ..Header::default() })
        }
        HashOn::QueryParameter(name) => {
            PolicySpecifier::QueryParameter(QueryParameter { name: name.clone() })
        }
        HashOn::Cookie { name, ttl_ms, attributes } => {
            let attributes = attributes
                .iter()
                .map(|(name, value)| CookieAttribute { name: name.clone(), value: value.clone() });
            PolicySpecifier::Cookie(Cookie {
                name: name.clone(),
                ttl: ttl_ms.map(millis),
                attributes: attributes.collect(),
                ..Cookie::default()
            })
        }
        // The address is what is left to go by.
        _ => PolicySpecifier::ConnectionProperties(ConnectionProperties { source_ip: true }),
    };
    HashPolicy { policy_specifier: Some(specifier), ..HashPolicy::default() }
}
