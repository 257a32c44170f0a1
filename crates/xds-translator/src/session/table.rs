//! Route configurations: only the routes that changed are encoded again.

use std::sync::Arc;

use eg_diag::Diagnostic;
use eg_ir::{
    OrdMap, Origin, RouteTableDiff, XdsIr,
    route::{RouteOrder, VirtualHost},
};

use super::Session;
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
        let table = ir.routes.get(&diff.table);
        let old = old.routes.get(&diff.table);
        let mut hosts = self.tables.get(&diff.table).cloned().unwrap_or_default();
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
                let emitted = self.host(host, reusable, &node, delta);
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
            self.place(ResourceType::Route, &diff.table, None, delta);
            return;
        }
        self.emitted.resources += 1;
        let packed = Arc::new(pack_table(&diff.table, &hosts));
        self.tables.insert(diff.table.clone(), hosts);
        self.place(ResourceType::Route, &diff.table, Some(packed), delta);
    }

    /// Emits a virtual host, with the routes it shares with its earlier version as they are.
    fn host(
        &mut self,
        host: &VirtualHost,
        before: Option<(&VirtualHost, &EmittedHost)>,
        node: &NodePath,
        delta: &mut ModelDelta,
    ) -> EmittedHost {
        use imbl::ordmap::DiffItem::{Add, Remove, Update};
        let empty = OrdMap::new();
        // The domain is part of the names of routes.
        let reusable = before.filter(|(old, _)| old.domain == host.domain);
        let (old_routes, mut routes) = match reusable {
            Some((old, emitted)) => (&old.routes, emitted.routes.clone()),
            None => (&empty, OrdMap::new()),
        };
        if let (None, Some((_, emitted))) = (reusable, before) {
            self.withdraw_routes(node, emitted, delta);
        }
        for change in old_routes.diff(&host.routes) {
            let (order, route): (&RouteOrder, _) = match change {
                Add(order, route) | Update { new: (order, route), .. } => (order, Some(route)),
                Remove(order, _) => (order, None),
            };
            if let Some(stale) = routes.remove(order) {
                self.find_route(node, order, &stale, false, delta);
            }
            if let Some(route) = route {
                let emitted = Arc::new(emit_route(&self.translator.features, route, &host.domain));
                self.emitted.routes += 1;
                self.find_route(node, order, &emitted, true, delta);
                routes.insert(order.clone(), emitted);
            }
        }
        self.emitted.virtual_hosts += 1;
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
        for (order, route) in &host.routes {
            self.find_route(node, order, route, false, delta);
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
        let finding = holds.then(|| Finding::new(node.clone(), origin, diagnostic.clone()));
        self.model.find(&node, finding, delta);
    }
}
