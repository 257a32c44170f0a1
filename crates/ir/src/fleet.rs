//! Everything one fleet's xDS is made from.

use std::sync::Arc;

use imbl::{OrdMap, ordmap::DiffItem};
use serde::{Deserialize, Serialize};

use crate::{
    Name, Secret,
    cluster::{Cluster, EndpointSet},
    compact,
    listener::Listener,
    patch::{self, PatchOrder, PatchPolicy},
    route::RouteTable,
};

/// The configuration of one fleet of proxies.
///
/// Cloning is cheap. Endpoints are apart from clusters, and clusters from routes, so that a change of one touches no
/// other.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct XdsIr {
    /// Sockets by the name of their xDS listener.
    pub listeners: OrdMap<Name, Arc<Listener>>,
    /// Route tables by the name of their xDS route configuration.
    pub routes: OrdMap<Name, Arc<RouteTable>>,
    /// Clusters by name.
    pub clusters: OrdMap<Name, Arc<Cluster>>,
    /// Endpoints by the name of their cluster.
    pub endpoints: OrdMap<Name, Arc<EndpointSet>>,
    /// Secrets by name.
    pub secrets: OrdMap<Name, Arc<Secret>>,
    /// Changes of the resources that all the rest becomes, in order.
    #[serde(with = "patch::as_list", skip_serializing_if = "OrdMap::is_empty")]
    pub patches: OrdMap<PatchOrder, Arc<PatchPolicy>>,
    /// What every fleet has.
    pub globals: Arc<Globals>,
}

/// What every fleet has, whatever its Gateway says.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Globals {
    /// The listener that says whether a proxy is ready; absent while a Gateway that is not accepted keeps its fleet.
    pub ready: Option<ReadyListener>,
}

/// The listener that answers `GET /ready`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReadyListener {
    /// The address it binds.
    pub address: Name,
    /// The port it binds.
    pub port: u16,
    /// Whether the address is IPv6 and also accepts IPv4.
    #[serde(default)]
    pub ipv4_compat: bool,
}

impl Default for ReadyListener {
    fn default() -> Self {
        Self { address: "0.0.0.0".into(), port: 19003, ipv4_compat: false }
    }
}

/// The names of what differs between two versions of a fleet: added, changed or removed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct XdsDiff {
    /// Listeners that differ.
    pub listeners: Vec<Name>,
    /// Route tables that differ, with the virtual hosts in them.
    pub routes: Vec<RouteTableDiff>,
    /// Clusters that differ.
    pub clusters: Vec<Name>,
    /// Endpoint sets that differ.
    pub endpoints: Vec<Name>,
    /// Secrets that differ.
    pub secrets: Vec<Name>,
    /// Policies that differ whose patches change resources.
    pub patches: Vec<PatchOrder>,
    /// Whether the globals differ.
    pub globals: bool,
}

/// A route table that differs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RouteTableDiff {
    /// The name of the table.
    pub table: Name,
    /// The domains of the virtual hosts that differ, all of them when the table is new or gone.
    pub virtual_hosts: Vec<Name>,
}

impl XdsDiff {
    /// Whether nothing differs.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

impl XdsIr {
    /// What differs from `old`. The cost follows the number of differences where one was made from the other.
    pub fn diff(&self, old: &Self) -> XdsDiff {
        XdsDiff {
            listeners: changed(&old.listeners, &self.listeners),
            routes: changed(&old.routes, &self.routes)
                .into_iter()
                .map(|table| {
                    let hosts = |ir: &Self| {
                        ir.routes.get(&table).map(|t| t.virtual_hosts.clone()).unwrap_or_default()
                    };
                    let virtual_hosts = changed(&hosts(old), &hosts(self));
                    RouteTableDiff { table, virtual_hosts }
                })
                .collect(),
            clusters: changed(&old.clusters, &self.clusters),
            endpoints: changed(&old.endpoints, &self.endpoints),
            secrets: changed(&old.secrets, &self.secrets),
            patches: changed(&old.patches, &self.patches),
            globals: old.globals != self.globals,
        }
    }
}

impl XdsIr {
    /// Fills those maps anew that grew a lot since `before`.
    pub fn compact(&mut self, before: &Self) {
        compact(&mut self.clusters, before.clusters.len());
        compact(&mut self.endpoints, before.endpoints.len());
        for (name, table) in self.routes.clone() {
            let before = before.routes.get(&name).map_or(0, |table| table.virtual_hosts.len());
            if table.virtual_hosts.len() > before {
                let mut table = RouteTable::clone(&table);
                compact(&mut table.virtual_hosts, before);
                self.routes.insert(name, Arc::new(table));
            }
        }
    }
}

/// The keys whose values differ between two maps.
fn changed<K: Ord + Clone, T: Eq>(old: &OrdMap<K, Arc<T>>, new: &OrdMap<K, Arc<T>>) -> Vec<K> {
    let key = |item: DiffItem<'_, '_, K, Arc<T>>| match item {
        DiffItem::Add(key, _) | DiffItem::Remove(key, _) | DiffItem::Update { new: (key, _), .. } => {
            key.clone()
        }
    };
    old.diff(new).map(key).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_diff_names_added_changed_and_removed_entries() {
        let cluster = |name: &str, weight| {
            let cluster = Cluster { name: name.into(), connect_timeout_ms: weight, ..Cluster::default() };
            (Name::from(name), Arc::new(cluster))
        };
        let old =
            XdsIr { clusters: OrdMap::from_iter([cluster("a", 1), cluster("b", 1)]), ..XdsIr::default() };
        let new =
            XdsIr { clusters: OrdMap::from_iter([cluster("b", 2), cluster("c", 1)]), ..XdsIr::default() };
        let names: Vec<_> = new.diff(&old).clusters.iter().map(ToString::to_string).collect();
        assert_eq!(names, ["a", "b", "c"]);
        assert!(new.diff(&new.clone()).is_empty());
    }
}
