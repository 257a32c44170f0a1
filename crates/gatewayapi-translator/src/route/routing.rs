//! Whether each rule of a route leads to Services or to their endpoints.

use std::cell::OnceCell;

use eg_ir::Name;

use super::bind::{ListenerKey, first_ready};
use crate::{
    engine::ReadCx,
    gateway::{GatewayRouting, Routing, RoutingOf},
    policy::{ancestor::Consumer, backend_traffic, route::Served},
};

/// Where the rules of a route lead at one Gateway. It is found out when it makes a difference to a backend, so that other
/// routes have nothing to do with it.
pub(crate) struct RouteRouting<'c> {
    cx: &'c ReadCx<'c>,
    consumer: Consumer<'c>,
    hostnames: &'c [String],
    found: OnceCell<Found>,
}

/// What is the same for all rules.
struct Found {
    of_proxy: Routing,
    /// The listener whose policies are asked; `None` when there is none to ask.
    listener: Option<ListenerKey>,
}

impl<'c> RouteRouting<'c> {
    /// The rules of a route for these hostnames.
    pub(super) fn new(cx: &'c ReadCx<'c>, consumer: Consumer<'c>, hostnames: &'c [String]) -> Self {
        Self { cx, consumer, hostnames, found: OnceCell::new() }
    }

    fn found(&self) -> &Found {
        self.found.get_or_init(|| {
            let Self { cx, consumer, hostnames, .. } = *self;
            let GatewayRouting { of_proxy, has_policies } = *cx.unit::<RoutingOf>(consumer.gateway);
            let listener = if has_policies { first_ready(cx, consumer, hostnames) } else { None };
            Found { of_proxy, listener }
        })
    }
}

/// Where one rule leads.
#[derive(Clone, Copy)]
pub(crate) struct RuleRouting<'c> {
    pub(super) of_route: &'c RouteRouting<'c>,
    /// The name of the rule.
    pub(super) rule: Option<&'c Name>,
}

impl RuleRouting<'_> {
    pub(super) fn find(&self) -> Routing {
        let Self { of_route: RouteRouting { cx, consumer, .. }, rule } = *self;
        let Found { of_proxy, listener } = self.of_route.found();
        let said = listener.as_ref().and_then(|(parent, section)| {
            let Consumer { object: route, gateway, .. } = *consumer;
            backend_traffic::routing::of_rule(cx, Served { route, parent, gateway, section }, rule)
        });
        said.unwrap_or(*of_proxy)
    }
}
