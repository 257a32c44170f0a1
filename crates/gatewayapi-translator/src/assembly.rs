//! Puts the outputs of root units together to a translation.

use std::{collections::BTreeMap, sync::Arc};

use eg_diag::ObjectRef;
use eg_ir::{
    Globals, InfraIr, IrKey, Name, Secret, XdsIr,
    cluster::{Cluster, EndpointSet},
    compact,
    listener::{Listener, Transport},
    patch::{PatchOrder, PatchPolicy},
    route::{RouteTable, VirtualHost},
};
use eg_resources::{Demand, StatusUpdate};
use imbl::{OrdMap, OrdSet};

use crate::{EffectiveProxy, TranslationDelta};

/// The result of translating a snapshot. Cloning is cheap.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Translation {
    /// xDS IR by fleet.
    pub xds: OrdMap<IrKey, XdsIr>,
    /// Infrastructure IR by fleet.
    pub infra: OrdMap<IrKey, Arc<InfraIr>>,
    /// The effective, merged EnvoyProxy of each fleet that has one.
    pub effective_proxy: OrdMap<IrKey, EffectiveProxy>,
    /// Desired statuses by object.
    pub statuses: OrdMap<ObjectRef, StatusUpdate>,
    /// What must be learned from the outside world; answers are facts in the store.
    pub demands: OrdSet<Demand>,
}

/// Applies what root units publish, and remembers which keys it touched.
pub(crate) struct Assembly<'t> {
    current: &'t mut Translation,
    before: BTreeMap<IrKey, XdsIr>,
    /// How many statuses there were.
    statuses: usize,
    delta: TranslationDelta,
}

impl<'t> Assembly<'t> {
    pub(crate) fn new(current: &'t mut Translation) -> Self {
        let statuses = current.statuses.len();
        Self { current, before: BTreeMap::new(), statuses, delta: TranslationDelta::default() }
    }

    /// What differs from the translation at the start.
    pub(crate) fn finish(mut self) -> TranslationDelta {
        for (key, before) in std::mem::take(&mut self.before) {
            // A fleet lives as long as its infrastructure; route tables that lost both listener and hosts go.
            if !self.current.infra.contains_key(&key) {
                self.current.xds.remove(&key);
            }
            if let Some(now) = self.current.xds.get_mut(&key) {
                now.compact(&before);
            }
            let now = self.current.xds.get(&key);
            if now.is_none() && before == XdsIr::default() {
                continue;
            }
            if now.is_none_or(|now| !now.diff(&before).is_empty()) || !self.existed(&key) {
                self.delta.xds.insert(key);
            }
        }
        compact(&mut self.current.statuses, self.statuses);
        self.delta
    }

    pub(crate) fn infra(&mut self, key: &IrKey, ir: Option<(&Arc<InfraIr>, &Arc<Globals>)>) {
        self.delta.infra.insert(key.clone());
        let fleet = self.fleet(key);
        if let Some((ir, globals)) = ir {
            fleet.globals = Arc::clone(globals);
            self.current.infra.insert(key.clone(), Arc::clone(ir));
        } else {
            self.current.infra.remove(key);
        }
    }

    pub(crate) fn proxy(&mut self, key: &IrKey, proxy: Option<&EffectiveProxy>) {
        match proxy {
            Some(proxy) => drop(self.current.effective_proxy.insert(key.clone(), proxy.clone())),
            None => drop(self.current.effective_proxy.remove(key)),
        }
    }

    /// The listener of a socket. Its name is that of its first part and may change.
    pub(crate) fn listener(
        &mut self,
        key: &IrKey,
        (address, port, transport): (&Name, u16, Transport),
        listener: Option<&Arc<Listener>>,
    ) {
        let listeners = &mut self.fleet(key).listeners;
        let is_same = |old: &Listener| (&old.address, old.port, old.transport) == (address, port, transport);
        let same = listeners.iter().find(|(_, old)| is_same(old));
        let old = same.map(|(name, _)| name.clone());
        if let Some(old) = old {
            listeners.remove(&old);
        }
        if let Some(listener) = listener {
            listeners.insert(listener.name.clone(), Arc::clone(listener));
        }
    }

    /// A listener serves this table, or none does any more.
    pub(crate) fn table(&mut self, key: &IrKey, name: &Name, served: bool) {
        let fleet = self.fleet(key);
        if served {
            let table = || Arc::new(RouteTable { name: name.clone(), virtual_hosts: OrdMap::new() });
            fleet.routes.entry(name.clone()).or_insert_with(table);
        } else {
            fleet.routes.remove(name);
        }
    }

    /// The routes of one domain of a table.
    pub(crate) fn virtual_host(
        &mut self,
        key: &IrKey,
        table: &Name,
        domain: &Name,
        host: Option<&Arc<VirtualHost>>,
    ) {
        let fleet = self.fleet(key);
        let Some(old) = fleet.routes.get(table) else {
            if let Some(host) = host {
                let virtual_hosts = OrdMap::unit(domain.clone(), Arc::clone(host));
                fleet
                    .routes
                    .insert(table.clone(), Arc::new(RouteTable { name: table.clone(), virtual_hosts }));
            }
            return;
        };
        let mut new = RouteTable::clone(old);
        set(&mut new.virtual_hosts, domain, host);
        fleet.routes.insert(table.clone(), Arc::new(new));
    }

    pub(crate) fn cluster(&mut self, key: &IrKey, name: &Name, cluster: Option<&Arc<Cluster>>) {
        set(&mut self.fleet(key).clusters, name, cluster);
    }

    pub(crate) fn endpoints(&mut self, key: &IrKey, name: &Name, endpoints: Option<&Arc<EndpointSet>>) {
        set(&mut self.fleet(key).endpoints, name, endpoints);
    }

    pub(crate) fn secret(&mut self, key: &IrKey, name: &Name, secret: Option<&Arc<Secret>>) {
        set(&mut self.fleet(key).secrets, name, secret);
    }

    /// The patches of a fleet.
    pub(crate) fn patches(&mut self, key: &IrKey, patches: Option<&OrdMap<PatchOrder, Arc<PatchPolicy>>>) {
        self.fleet(key).patches = patches.cloned().unwrap_or_default();
    }

    /// The status that an object should have, or that it is none of ours any more.
    pub(crate) fn status(&mut self, object: &ObjectRef, status: Option<&StatusUpdate>) {
        match status {
            Some(status) => drop(self.current.statuses.insert(object.clone(), status.clone())),
            None => drop(self.current.statuses.remove(object)),
        }
        self.delta.statuses.insert(object.clone());
    }

    /// Somebody has this demand, or nobody any more.
    pub(crate) fn demand(&mut self, demand: &Demand, exists: bool) {
        let was_there = if exists {
            self.current.demands.insert(demand.clone()).is_some()
        } else {
            self.current.demands.remove(demand).is_some()
        };
        if was_there != exists {
            self.delta.demands.insert(demand.clone());
        }
    }

    fn fleet(&mut self, key: &IrKey) -> &mut XdsIr {
        if !self.before.contains_key(key) {
            let before = self.current.xds.get(key).cloned();
            self.before.insert(key.clone(), before.unwrap_or_default());
        }
        self.current.xds.entry(key.clone()).or_default()
    }

    /// Whether the fleet was there at the start.
    fn existed(&self, key: &IrKey) -> bool {
        !self.delta.infra.contains(key)
    }
}

/// Inserts the value, or removes it when there is none.
fn set<K: Ord + Clone, V>(map: &mut OrdMap<K, Arc<V>>, key: &K, value: Option<&Arc<V>>) {
    match value {
        Some(value) => drop(map.insert(key.clone(), Arc::clone(value))),
        None => drop(map.remove(key)),
    }
}
