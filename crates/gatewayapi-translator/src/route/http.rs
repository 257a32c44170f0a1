//! HTTPRoutes.
//!
//! Each rule becomes one IR route for each of its matches. Filters and the other features of a rule have a module each:
//! `route_match`, `forward`, `direct_response`, `redirect`, `url_rewrite`, `header_modifier`, `mirror`, `timeout`, `retry`.
//!
//! A rule that one of its features refuses answers 500 to the requests it matches, so that they do not fall through to
//! another rule; one whose match is refused matches nothing. The status of the route names both.

use std::sync::Arc;

use eg_api::gateway::{HttpRoute, ParentReference};
use eg_ir::{
    Name,
    route::{HttpRoute as IrRoute, RouteAction, RouteOrder},
};
use eg_resources::Object;

use super::kind::{Lowered, Place, RouteKind, UnitNames};
use crate::{
    engine::ReadCx,
    fanout::{HostOwners, HostRoutes},
    policy::ancestor::Consumer,
};

mod direct_response;
pub(crate) mod filter;
mod forward;
mod header_modifier;
mod mirror;
mod redirect;
mod retry;
mod route_match;
mod rule;
mod timeout;
mod url_rewrite;

/// What the rules of a route become.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct HttpRules {
    /// When the route object was created, in seconds since 1970.
    created: i64,
    matches: Vec<LoweredMatch>,
}

/// One match and what happens to its requests.
#[derive(Clone, Debug, PartialEq)]
struct LoweredMatch {
    /// The position of the rule, and of the match in the rule.
    position: (u32, u32),
    /// A hash of the match, equal for matches of the same requests.
    hash: u128,
    /// A redirect leads to the port of the listener unless it says otherwise.
    redirects_to_listener: bool,
    route: Arc<IrRoute>,
}

impl RouteKind for HttpRoute {
    const UNITS: UnitNames = UnitNames {
        lowered: "http_route_lowered",
        attached: "http_route_attached",
        status: "http_route_status",
    };

    type Rules = HttpRules;

    fn parent_refs(&self) -> &[ParentReference] {
        &self.spec.parent_refs
    }

    fn hostnames(&self) -> &[String] {
        &self.spec.hostnames
    }

    fn lower(&self, cx: &ReadCx<'_>, consumer: Consumer<'_>) -> Lowered<HttpRules> {
        rule::lower(cx, consumer, self)
    }

    fn attach(&self, cx: &ReadCx<'_>, place: &Place<'_>, rules: &HttpRules) -> Vec<u128> {
        rules.send(cx, place);
        rules.matches.iter().map(|lowered| lowered.hash).collect()
    }
}

impl HttpRules {
    /// Sends the routes to the virtual host of a hostname.
    fn send(&self, cx: &ReadCx<'_>, place: &Place<'_>) {
        if self.matches.is_empty() {
            return;
        }
        let host = (place.fleet().clone(), place.listener.table.clone(), place.host.clone());
        let owner = (place.listener.ir_name.clone(), place.route.clone());
        cx.send::<HostOwners>(host.clone(), owner, Arc::new(place.listener.origin.clone()));
        for lowered in &self.matches {
            let order = RouteOrder {
                specificity: if place.view.preserve_route_order {
                    std::cmp::Reverse::default()
                } else {
                    RouteOrder::specificity(&lowered.route.matches)
                },
                created: self.created,
                namespace: place.route.namespace.clone(),
                name: place.route.name.clone(),
                kind: kind_name(),
                position: lowered.position,
                listener: place.listener.ir_name.clone(),
            };
            cx.send::<HostRoutes>(host.clone(), order, lowered.at(place));
        }
    }
}

impl LoweredMatch {
    /// The route as one listener serves it.
    fn at(&self, place: &Place<'_>) -> Arc<IrRoute> {
        if !self.redirects_to_listener {
            return Arc::clone(&self.route);
        }
        let mut route = IrRoute::clone(&self.route);
        if let RouteAction::Redirect(to) = &mut route.action {
            to.port = redirect::port(to.scheme.as_deref(), place.listener);
        }
        Arc::new(route)
    }
}

/// The kind in the order of routes; shared by all of them.
fn kind_name() -> Name {
    static NAME: std::sync::LazyLock<Name> = std::sync::LazyLock::new(|| HttpRoute::KIND.kind.into());
    NAME.clone()
}
