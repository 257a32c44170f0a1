//! What the store holds: clusters with endpoints, routes that use clusters, listeners that use routes.

use std::collections::{BTreeMap, BTreeSet};

use eg_xds_server::{Resource, ResourceName, TypeUrl};
use proptest::prelude::*;

/// Marks content that clients reject.
pub(crate) const BAD: char = '!';

/// `references#salt`, with a mark when it is bad.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Content {
    uses: BTreeSet<u8>,
    salt: u8,
    bad: bool,
}

#[derive(Clone, Debug)]
pub(crate) enum Edit {
    Cluster { name: u8, salt: u8, bad: bool },
    NoCluster { name: u8 },
    Endpoints { name: u8, salt: u8, bad: bool },
    NoEndpoints { name: u8 },
    Route { name: u8, uses: Vec<u8>, salt: u8, bad: bool },
    NoRoute { name: u8 },
    Listener { name: u8, uses: Vec<u8>, salt: u8, bad: bool },
    NoListener { name: u8 },
}

pub(crate) fn edit() -> impl Strategy<Value = Edit> {
    let bad = || prop::bool::weighted(0.1);
    let (name, salt) = (|| 0..6u8, || 0..3u8);
    let uses = || prop::collection::vec(0..6u8, 0..3);
    prop_oneof![
        4 => (name(), salt(), bad()).prop_map(|(name, salt, bad)| Edit::Cluster { name, salt, bad }),
        2 => name().prop_map(|name| Edit::NoCluster { name }),
        3 => (name(), salt(), bad()).prop_map(|(name, salt, bad)| Edit::Endpoints { name, salt, bad }),
        1 => name().prop_map(|name| Edit::NoEndpoints { name }),
        4 => (name(), uses(), salt(), bad())
            .prop_map(|(name, uses, salt, bad)| Edit::Route { name, uses, salt, bad }),
        1 => name().prop_map(|name| Edit::NoRoute { name }),
        3 => (name(), uses(), salt(), bad())
            .prop_map(|(name, uses, salt, bad)| Edit::Listener { name, uses, salt, bad }),
        1 => name().prop_map(|name| Edit::NoListener { name }),
    ]
}

#[derive(Debug, Default)]
pub(crate) struct World {
    clusters: BTreeMap<u8, Content>,
    endpoints: BTreeMap<u8, Content>,
    routes: BTreeMap<u8, Content>,
    listeners: BTreeMap<u8, Content>,
}

/// Resources by type and name, as text.
pub(crate) type Contents = BTreeMap<TypeUrl, BTreeMap<String, String>>;

impl World {
    pub(crate) fn apply(&mut self, edit: &Edit) {
        let content = |uses: &[u8], salt, bad| Content { uses: uses.iter().copied().collect(), salt, bad };
        match edit {
            Edit::Cluster { name, salt, bad } => _ = self.clusters.insert(*name, content(&[], *salt, *bad)),
            Edit::NoCluster { name } => _ = self.clusters.remove(name),
            Edit::Endpoints { name, salt, bad } => {
                _ = self.endpoints.insert(*name, content(&[], *salt, *bad));
            }
            Edit::NoEndpoints { name } => _ = self.endpoints.remove(name),
            Edit::Route { name, uses, salt, bad } => {
                _ = self.routes.insert(*name, content(uses, *salt, *bad));
            }
            Edit::NoRoute { name } => _ = self.routes.remove(name),
            Edit::Listener { name, uses, salt, bad } => {
                _ = self.listeners.insert(*name, content(uses, *salt, *bad));
            }
            Edit::NoListener { name } => _ = self.listeners.remove(name),
        }
    }

    pub(crate) fn mend(&mut self) {
        for table in [&mut self.clusters, &mut self.endpoints, &mut self.routes, &mut self.listeners] {
            for content in table.values_mut() {
                content.bad = false;
            }
        }
    }

    /// Everything, references to what does not exist left out, as a translator would.
    fn contents(&self) -> Contents {
        let text = |prefix: &str, used: &str, table: &BTreeMap<u8, Content>, there: &dyn Fn(u8) -> bool| {
            let entry = |(name, content): (&u8, &Content)| {
                let uses: Vec<_> = content
                    .uses
                    .iter()
                    .filter(|name| there(**name))
                    .map(|name| format!("{used}{name}"))
                    .collect();
                let mark = if content.bad { BAD.to_string() } else { String::new() };
                (format!("{prefix}{name}"), format!("{}#{}{mark}", uses.join(","), content.salt))
            };
            table.iter().map(entry).collect::<BTreeMap<_, _>>()
        };
        BTreeMap::from([
            (TypeUrl::CLUSTER, text("c", "", &self.clusters, &|_| true)),
            (TypeUrl::ENDPOINT, text("c", "", &self.endpoints, &|_| true)),
            (TypeUrl::ROUTE, text("r", "c", &self.routes, &|name| self.clusters.contains_key(&name))),
            (TypeUrl::LISTENER, text("l", "r", &self.listeners, &|name| self.routes.contains_key(&name))),
        ])
    }

    pub(crate) fn resources(&self) -> Vec<(TypeUrl, ResourceName, Resource)> {
        self.contents()
            .into_iter()
            .flat_map(|(url, table)| {
                table
                    .into_iter()
                    .map(move |(name, text)| (url.clone(), name.into(), Resource::new(text.into())))
            })
            .collect()
    }

    /// What a client has when it has everything: endpoints of its clusters only, routes of its listeners only.
    pub(crate) fn expected(&self) -> Contents {
        let mut all = self.contents();
        let clusters = all[&TypeUrl::CLUSTER].clone();
        let routes: BTreeSet<String> =
            all[&TypeUrl::LISTENER].values().flat_map(|text| references(text)).collect();
        all.entry(TypeUrl::ENDPOINT).and_modify(|table| table.retain(|name, _| clusters.contains_key(name)));
        all.entry(TypeUrl::ROUTE).and_modify(|table| table.retain(|name, _| routes.contains(name)));
        all
    }
}

/// The names that a resource uses.
pub(crate) fn references(text: &str) -> Vec<String> {
    let (uses, _) = text.split_once('#').unwrap_or((text, ""));
    uses.split(',').filter(|name| !name.is_empty()).map(str::to_owned).collect()
}
