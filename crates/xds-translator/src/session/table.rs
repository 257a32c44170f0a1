//! Route configurations: only the routes that changed are encoded again.

use std::{collections::BTreeMap, sync::Arc};

use eg_diag::Diagnostic;
use eg_ir::{
    Name, Ordered, Origin, RouteTableDiff, XdsIr, compact,
    route::{RouteOrder, VirtualHost},
};

use super::{
    Session,
    patch::Target,
    quarantine::{Changes, Part},
};
use crate::{
    Finding, ModelDelta, NodePath, ResourceType,
    route::{EmittedHost, EmittedRoute, emit_host, emit_route, pack_table},
};

impl Session {
    /// Emits what changed in a route table and splices it into the rest.
    pub(super) fn update_table(
        &mut self,
        old: &XdsIr,
        ir: &XdsIr,
        diff: &RouteTableDiff,
        delta: &mut ModelDelta,
    ) {
        let target = (ResourceType::Route, diff.table.clone());
        self.abandon(&target, delta);
        self.model.find(&NodePath::resource(ResourceType::Route, diff.table.clone()), None, delta);
        let mut changes = Changes::new();
        let table = ir.routes.get(&diff.table);
        let old = old.routes.get(&diff.table);
        let mut hosts = self.tables.get(&diff.table).cloned().unwrap_or_default();
        let before = hosts.len();
        for domain in &diff.virtual_hosts {
            let before = old.and_then(|table| table.virtual_hosts.get(domain)).map(AsRef::as_ref);
            let emitted_before = hosts.remove(domain);
            let node = NodePath {
                domain: Some(domain.clone()),
                ..NodePath::resource(ResourceType::Route, diff.table.clone())
            };
            let after = table.and_then(|table| table.virtual_hosts.get(domain));
            if let Some(host) = after {
                let reusable = before.zip(emitted_before.as_deref());
                let emitted = self.host(host, reusable, (&node, &mut changes), delta);
                let emitted = self.staged(&node, emitted, delta);
                hosts.insert(domain.clone(), Arc::new(emitted));
            } else if let Some(emitted) = emitted_before {
                self.unstaged(&node, &emitted, delta);
                self.find_host(&node, &emitted.origin, None, delta);
                self.withdraw_routes(&node, &emitted, delta);
            }
        }
        if table.is_none() {
            self.tables.remove(&diff.table);
            self.quarantine.forget(&target);
            self.place(ResourceType::Route, &diff.table, None, delta);
            return;
        }
        self.quarantine.remember(&target, changes);
        self.emitted.resources += 1;
        compact(&mut hosts, before);
        let packed = Arc::new(pack_table(&diff.table, hosts));
        self.tables.insert(diff.table.clone(), packed.origins.hosts().cloned().unwrap_or_default());
        self.place(ResourceType::Route, &diff.table, Some(packed), delta);
    }

    /// Puts other forms of routes into a route table.
    pub(super) fn reform(
        &mut self,
        name: &Name,
        routes: Vec<(Name, RouteOrder, Arc<EmittedRoute>)>,
        delta: &mut ModelDelta,
    ) {
        let (Some(ir), Some(mut hosts)) = (self.ir.routes.get(name).cloned(), self.tables.get(name).cloned())
        else {
            return;
        };
        let mut changed: BTreeMap<Name, Ordered<RouteOrder, Arc<EmittedRoute>>> = BTreeMap::new();
        for (domain, order, form) in routes {
            let Some(host) = hosts.get(&domain) else { continue };
            let node = NodePath {
                domain: Some(domain.clone()),
                ..NodePath::resource(ResourceType::Route, name.clone())
            };
            let routes = changed.entry(domain).or_insert_with(|| host.routes.clone());
            let Some(old) = routes.insert(order.clone(), Arc::clone(&form)) else {
                // It went meanwhile.
                routes.remove(&order);
                continue;
            };
            self.find_route(&node, &order, &old, false, delta);
            self.find_route(&node, &order, &form, true, delta);
        }
        for (domain, routes) in changed {
            if let Some(host) = ir.virtual_hosts.get(&domain) {
                let node = NodePath {
                    domain: Some(domain.clone()),
                    ..NodePath::resource(ResourceType::Route, name.clone())
                };
                let host = self.staged(&node, emit_host(host, routes), delta);
                hosts.insert(domain, Arc::new(host));
            }
        }
        let packed = Arc::new(pack_table(name, hosts));
        self.tables.insert(name.clone(), packed.origins.hosts().cloned().unwrap_or_default());
        self.place(ResourceType::Route, name, Some(packed), delta);
    }

    /// Emits a virtual host, with the routes it shares with its earlier version as they are.
    fn host(
        &mut self,
        host: &VirtualHost,
        before: Option<(&VirtualHost, &EmittedHost)>,
        (node, changes): (&NodePath, &mut Changes),
        delta: &mut ModelDelta,
    ) -> EmittedHost {
        let empty = Ordered::default();
        // The domain is part of the names of routes.
        let reusable = before.filter(|(old, _)| old.domain == host.domain);
        let (old_routes, mut routes) = match reusable {
            Some((old, emitted)) => (&old.routes, emitted.routes.clone()),
            None => (&empty, Ordered::default()),
        };
        if let (None, Some((_, emitted))) = (reusable, before) {
            self.withdraw_routes(node, emitted, delta);
        }
        let target: Target = (ResourceType::Route, node.resource.clone());
        let mut gone: Vec<(&RouteOrder, Arc<EmittedRoute>)> = Vec::new();
        let first = changes.len();
        for (order, _, route) in old_routes.diff(&host.routes) {
            let stale = routes.remove(order);
            if let Some(stale) = &stale {
                self.find_route(node, order, stale, false, delta);
            }
            if let Some(route) = route {
                let emitted = Arc::new(emit_route(&self.translator.features, route, &host.domain));
                let emitted = self.quarantine.settle(&target, (&host.domain, order), emitted);
                self.emitted.routes += 1;
                self.find_route(node, order, &emitted, true, delta);
                routes.insert(order.clone(), emitted);
                changes.push((Part::Route(host.domain.clone(), order.clone()), stale));
            } else {
                self.quarantine.forget_route(&target, &host.domain, order);
                gone.extend(stale.map(|stale| (order, stale)));
            }
        }
        // A route whose match was edited has another place, and was there before all the same.
        for (part, before) in changes.iter_mut().skip(first).filter(|(_, before)| before.is_none()) {
            let Part::Route(_, order) = part else { continue };
            let moved = gone.iter().find(|(old, _)| is_same_rule(old, order));
            *before = moved.map(|(_, stale)| Arc::clone(stale));
        }
        self.emitted.virtual_hosts += 1;
        routes.compact(old_routes.len());
        emit_host(host, routes)
    }

    /// Raises what was found about a virtual host, or withdraws it.
    pub(super) fn find_host(
        &mut self,
        node: &NodePath,
        origin: &Origin,
        diagnostic: Option<Diagnostic>,
        delta: &mut ModelDelta,
    ) {
        let finding =
            diagnostic.map(|diagnostic| Finding::new(node.clone(), std::slice::from_ref(origin), diagnostic));
        self.model.find(node, finding, delta);
    }

    /// Withdraws what was found about the routes of a virtual host that is gone.
    fn withdraw_routes(&mut self, node: &NodePath, host: &EmittedHost, delta: &mut ModelDelta) {
        let target = (ResourceType::Route, node.resource.clone());
        for (order, route) in host.routes.iter() {
            self.find_route(node, order, route, false, delta);
            if let Some(domain) = &node.domain {
                self.quarantine.forget_route(&target, domain, order);
            }
        }
    }

    /// Raises or withdraws what was found about a route.
    fn find_route(
        &mut self,
        host: &NodePath,
        order: &RouteOrder,
        route: &EmittedRoute,
        holds: bool,
        delta: &mut ModelDelta,
    ) {
        let Some(diagnostic) = &route.diagnostic else {
            return;
        };
        let node = NodePath { route: Some(route.name.clone()), place: Some(order.clone()), ..host.clone() };
        let origin = std::slice::from_ref(&route.origin);
        let finding = holds.then(|| Finding::new(node.clone(), origin, Diagnostic::clone(diagnostic)));
        self.model.find(&node, finding, delta);
    }
}

/// Whether two places are those of one match of one rule.
fn is_same_rule(a: &RouteOrder, b: &RouteOrder) -> bool {
    (&a.route, a.position, &a.listener) == (&b.route, b.position, &b.listener)
}
