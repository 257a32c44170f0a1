//! HTTPRoutes, and the rules of all routes whose requests are HTTP.
//!
//! Each rule becomes one IR route for each of its matches. Filters and the other features of a rule have a module each:
//! `route_match`, `forward`, `direct_response`, `redirect`, `url_rewrite`, `header_modifier`, `mirror`, `timeout`, `retry`,
//! `cors`, `session_persistence`, `credential_injection`. `http_route_filter` follows references to HTTPRouteFilters, and `need`
//! tells listeners what filters they have to have; `shape` does what policies say.
//!
//! A rule that one of its features refuses answers 500 to the requests it matches, so that they do not fall through to
//! another rule; one whose match is refused matches nothing. The status of the route names both.

use std::sync::Arc;

use eg_api::gateway::{
    HttpBackendRef, HttpRoute, HttpRouteFilter, HttpRouteRule, ParentReference, SessionPersistence,
};
use eg_diag::{Diagnostic, FieldPath};
use eg_ir::{
    Name, Secret,
    route::{HeaderValue, HttpRoute as IrRoute, RouteAction, RouteOrder, RoutePlace},
};

use self::{
    filter::RuleDraft,
    route_match::Positioned,
    rule::{Rule, Traffic},
    shape::Shape,
};
use super::kind::{Lowered, Place, RouteKind, UnitNames};
use crate::{
    engine::ReadCx,
    fanout::{HostOwners, HostRoutes, Secrets},
    gateway::view::BindListener,
    policy::ancestor::Consumer,
};

pub(crate) mod cors;
mod credential_injection;
pub(crate) mod direct_response;
pub(crate) mod filter;
pub(super) mod forward;
mod header_modifier;
mod http_route_filter;
mod mirror;
mod need;
mod redirect;
mod retry;
pub(super) mod route_match;
pub(super) mod rule;
mod session_persistence;
mod shape;
mod timeout;
mod url_rewrite;

/// What the rules of a route become.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct HttpRules {
    /// When the route object was created, in seconds since 1970.
    created: i64,
    matches: Vec<LoweredMatch>,
    /// The secrets that they name, those of clusters aside.
    secrets: Vec<Arc<Secret>>,
}

/// One match and what happens to its requests.
#[derive(Clone, Debug, PartialEq)]
struct LoweredMatch {
    /// The position of the rule, and of the route in the rule.
    position: (u32, u32),
    /// A hash of the match, equal for matches of the same requests; none for what nobody wrote.
    hash: Option<u128>,
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

    fn rule_names(&self) -> Vec<Name> {
        self.spec.rules.iter().filter_map(|rule| rule.name.as_deref().map(Name::from)).collect()
    }

    fn lower(&self, cx: &ReadCx<'_>, consumer: Consumer<'_>) -> Lowered<HttpRules> {
        rule::lower(cx, consumer, self, &self.spec.rules)
    }

    fn refuse(&self, cx: &ReadCx<'_>, consumer: Consumer<'_>) -> Lowered<HttpRules> {
        rule::refuse(cx, consumer, self, &self.spec.rules)
    }

    fn attach(&self, cx: &ReadCx<'_>, place: &Place<'_>, rules: &HttpRules) -> Vec<u128> {
        rules.attach(cx, place)
    }
}

impl Rule for HttpRouteRule {
    type Filter = HttpRouteFilter;

    type Backend = HttpBackendRef;

    const TRAFFIC: Traffic = Traffic::Http;

    fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    fn filters(&self) -> &[HttpRouteFilter] {
        &self.filters
    }

    fn backends(&self) -> &[HttpBackendRef] {
        &self.backend_refs
    }

    fn matches(&self, path: &FieldPath) -> Result<Vec<Positioned>, Diagnostic> {
        route_match::lower(&self.matches, path)
    }

    fn session(&self) -> Option<&SessionPersistence> {
        self.session_persistence.as_ref()
    }

    fn limit(&self, path: &FieldPath, draft: &mut RuleDraft, problems: &mut Vec<Diagnostic>) {
        let limits = timeout::lower(self.timeouts.as_ref(), path, problems);
        match retry::lower(self.retry.as_ref(), limits.backend_request, path) {
            Ok(retry) => draft.retry = retry.map(Arc::new),
            Err(problem) => problems.push(problem),
        }
        // Without retries there is one attempt, whose limit is that of the whole exchange.
        let attempt = limits.backend_request.filter(|_| self.retry.is_none());
        draft.timeout_ms = attempt.or(limits.request);
    }
}

impl HttpRules {
    /// Whether no request is served.
    pub(super) fn is_empty(&self) -> bool {
        self.matches.is_empty()
    }

    /// Gives back memory; nothing is added any more.
    fn shrink(&mut self) {
        self.matches.shrink_to_fit();
        self.secrets.shrink_to_fit();
    }

    /// Sends the routes to the virtual host of a hostname, and returns the hashes of their matches.
    pub(super) fn attach(&self, cx: &ReadCx<'_>, place: &Place<'_>) -> Vec<u128> {
        if self.is_empty() {
            return Vec::new();
        }
        let host = (place.fleet().clone(), place.listener.table.clone(), place.host.clone());
        let owner = (place.listener.ir_name.clone(), place.route.clone());
        cx.send::<HostOwners>(host.clone(), owner, Arc::clone(&place.listener.origin));
        let shapes = shape::of_rules(cx, place, &self.matches);
        for lowered in &self.matches {
            let order = RouteOrder::from(RoutePlace {
                specificity: if place.view.preserve_route_order {
                    std::cmp::Reverse::default()
                } else {
                    RoutePlace::specificity(&lowered.route.matches)
                },
                created: self.created,
                route: place.route.clone(),
                position: lowered.position,
                listener: place.listener.ir_name.clone(),
            });
            let shape = shapes.get(&lowered.position.0);
            let served = lowered.at(place, shape);
            need::send(cx, place, &served, &order, &shape.map(Shape::needs).unwrap_or_default());
            cx.send::<HostRoutes>(host.clone(), order, served);
        }
        for secret in &self.secrets {
            let name = (place.fleet().clone(), secret.name.clone());
            cx.send::<Secrets>(name, place.route.clone(), Arc::clone(secret));
        }
        let hash = |lowered: &LoweredMatch| {
            let serves_connect = shapes.get(&lowered.position.0).is_some_and(Shape::serves_connect);
            // Requests of other methods are none of the business of a route that serves CONNECT.
            lowered.hash.map(|hash| if serves_connect { !hash } else { hash })
        };
        self.matches.iter().filter_map(hash).collect()
    }
}

impl LoweredMatch {
    /// The route as one listener serves it.
    fn at(&self, place: &Place<'_>, shape: Option<&Shape>) -> Arc<IrRoute> {
        let BindListener { closed, http3, hides_limits, port, .. } = place.listener;
        if !self.redirects_to_listener && !closed && !http3 && shape.is_none() {
            return Arc::clone(&self.route);
        }
        let mut route = IrRoute::clone(&self.route);
        if let RouteAction::Redirect(to) = &mut route.action {
            to.port = redirect::port(to.scheme.as_deref(), place.listener);
        }
        if let Some(shape) = shape {
            shape.apply(&mut route);
            if *hides_limits {
                shape::hide_limits(&mut route);
            }
        }
        if *closed {
            route.action = direct_response::refused();
        }
        if *http3 {
            // RFC 7838, section 3: the same host, at the port to which clients connect, for a day.
            let value = format!("h3=\":{port}\"; ma=86400");
            Arc::make_mut(route.response_headers.get_or_insert_default()).values.push(HeaderValue {
                name: "alt-svc".to_owned(),
                value,
                append: true,
            });
        }
        Arc::new(route)
    }
}
