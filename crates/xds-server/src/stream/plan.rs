//! What the next response of a type says.

use std::{collections::BTreeSet, mem, time::Instant};

use bytes::Bytes;

use super::{
    Items,
    gate::table,
    subscription::{Claim, Held, Subscription},
};
use crate::{
    Protocol, ResourceName, Version, View,
    view::{Difference, Table, differences},
};

/// The contents of a response.
#[derive(Debug)]
pub(super) struct Planned {
    pub(super) items: Items,
    pub(super) bodies: Vec<Bytes>,
}

type Named = Vec<(ResourceName, Version)>;

impl Subscription {
    /// Brings the client to `view`, removals that are held back aside; `None` when it has everything.
    pub(super) fn plan_additions(&mut self, view: &View) -> Option<Planned> {
        let table = table(view, &self.type_url);
        if let Some(retry) = self.next_retry(table) {
            return Some(retry);
        }
        self.resolve_claim(table);
        if !self.is_behind(table) {
            self.sent_seq = view.seq();
            self.through = view.seq();
            return None;
        }
        let owed = mem::take(&mut self.owed);
        let (changed, removed) = self.advance(view, table, owed);
        let forced = mem::take(&mut self.must_respond);
        let planned = match (self.protocol, self.full_state) {
            (Protocol::Delta, _) => (forced || !changed.is_empty() || !removed.is_empty())
                .then(|| Planned::new(None, changed, removed, table)),
            (Protocol::Sotw, false) => (!changed.is_empty()).then(|| {
                let version = Version::of_set(self.listed(table));
                Planned::new(Some(version), changed, Vec::new(), table)
            }),
            (Protocol::Sotw, true) => (forced || !changed.is_empty() || !removed.is_empty())
                .then(|| self.list(table))
                .filter(|list| forced || list.items.version != self.sent_version),
        };
        match &planned {
            Some(planned) => self.sent_version = planned.items.version,
            None => self.through = view.seq(),
        }
        planned
    }

    /// Removes what was held back and whose time has come.
    pub(super) fn plan_removals(&mut self, view: &View, now: Instant) -> Option<Planned> {
        let table = table(view, &self.type_url);
        let due: Vec<ResourceName> = self
            .held
            .iter()
            .filter(|(name, held)| {
                held.due.is_some_and(|due| due <= now) && !table.versions.contains_key(*name)
            })
            .map(|(name, _)| name.clone())
            .collect();
        if due.is_empty() {
            return None;
        }
        for name in &due {
            self.held.remove(name);
        }
        Some(match self.protocol {
            Protocol::Delta => Planned::new(None, Vec::new(), due, table),
            Protocol::Sotw => {
                let list = self.list(table);
                self.sent_version = list.items.version;
                list
            }
        })
    }

    /// The next part of a rejected response that is still worth a try.
    fn next_retry(&mut self, table: &Table) -> Option<Planned> {
        while let Some(part) = self.retries.pop() {
            let wanted = part.into_iter().filter(|(name, _)| self.wants(name));
            let (part, changed): (Vec<_>, Vec<_>) =
                wanted.partition(|(name, version)| table.versions.get(name) == Some(version));
            // Whether the client has these is unknown, so they differ from whatever the store has next.
            self.sent.extend(changed.into_iter().map(|(name, _)| (name, Version::UNKNOWN)));
            if !part.is_empty() {
                let version = (self.protocol == Protocol::Sotw).then(|| Version::of_set(self.listed(table)));
                return Some(Planned::new(version, part, Vec::new(), table));
            }
        }
        None
    }

    /// Turns what the client said it has into what was sent.
    fn resolve_claim(&mut self, table: &Table) {
        match mem::take(&mut self.claim) {
            Claim::None => {}
            Claim::Versions(versions) => self.sent = versions,
            Claim::Whole(version) => {
                if Version::of_set(self.listed(table)) == version {
                    self.sent = table.versions.clone();
                    self.sent_version = Some(version);
                    self.remember_bodies(table);
                } else {
                    self.must_respond = self.full_state;
                    self.owed.extend(self.names.iter().cloned());
                }
            }
        }
    }

    /// Moves what was sent to `table`; returns what changed and what is gone for the client.
    fn advance(
        &mut self,
        view: &View,
        table: &Table,
        mut owed: BTreeSet<ResourceName>,
    ) -> (Named, Vec<ResourceName>) {
        let (mut changed, mut removed) = (Vec::new(), Vec::new());
        let sent = mem::replace(&mut self.sent, table.versions.clone());
        for difference in differences(&sent, &table.versions) {
            match difference {
                Difference::Changed(name, version) if self.wants(name) => {
                    let asked = owed.remove(name);
                    let has = self.held.remove(name).is_some_and(|held| held.version == version);
                    if asked || !has || self.full_state {
                        changed.push((name.clone(), version));
                    }
                }
                Difference::Removed(name, version) if self.wants(name) => {
                    let asked = owed.remove(name);
                    let held = self.hold(name, version, view).filter(|_| !asked);
                    if self.protocol == Protocol::Sotw && !self.full_state {
                        // The protocol cannot say so; the client forgets it when it unsubscribes.
                        self.rejected.remove(name);
                    }
                    match held {
                        Some(held) => _ = self.held.insert(name.clone(), held),
                        None => removed.push(name.clone()),
                    }
                }
                Difference::Changed(..) | Difference::Removed(..) => {}
            }
        }
        let in_order = owed.is_empty();
        for name in owed {
            if !self.wants(&name) {
                continue;
            }
            self.held.remove(&name);
            match table.versions.get_key_value(&name) {
                Some((name, version)) => changed.push((name.clone(), *version)),
                None => removed.push(name),
            }
        }
        if !in_order {
            changed.sort_unstable();
            removed.sort_unstable();
        }
        self.sent_seq = view.seq();
        self.remember_bodies(table);
        (changed, removed)
    }

    /// Holds back a removal, where something may still refer to the resource and the protocol can express it.
    fn hold(&self, name: &ResourceName, version: Version, view: &View) -> Option<Held> {
        if self.type_url.removal_waits_for().is_empty() {
            return None;
        }
        let body = match self.protocol {
            Protocol::Delta => None,
            Protocol::Sotw => Some(self.sent_bodies.get(name)?.clone()),
        };
        Some(Held { version, seq: view.seq(), due: None, body })
    }

    fn remember_bodies(&mut self, table: &Table) {
        if self.keeps_bodies {
            self.sent_bodies = table.bodies.clone();
        }
    }

    /// Everything the client wants and `table` has, in order.
    fn listed<'a>(&'a self, table: &'a Table) -> impl Iterator<Item = (&'a str, Version)> {
        let all = self.wildcard.then(|| table.versions.iter());
        let named =
            (!self.wildcard).then(|| self.names.iter().filter_map(|name| table.versions.get_key_value(name)));
        all.into_iter()
            .flatten()
            .chain(named.into_iter().flatten())
            .map(|(name, version)| (&**name, *version))
    }

    /// The state of the world: everything the client wants, and what is held back from removal.
    fn list(&self, table: &Table) -> Planned {
        let known = self.listed(table).filter_map(|(name, version)| {
            let (name, body) = table.bodies.get_key_value(name)?;
            Some((name.clone(), version, body.clone()))
        });
        let held = self
            .held
            .iter()
            .filter_map(|(name, held)| Some((name.clone(), held.version, held.body.clone()?)));
        let mut all: Vec<_> = known.chain(held).collect();
        all.sort_by(|(a, ..), (b, ..)| a.cmp(b));
        let version = Version::of_set(all.iter().map(|(name, version, _)| (&**name, *version)));
        let (resources, bodies) =
            all.into_iter().map(|(name, version, body)| ((name, version), body)).unzip();
        Planned { items: Items { version: Some(version), resources, removed: Vec::new() }, bodies }
    }
}

impl Planned {
    fn new(version: Option<Version>, resources: Named, removed: Vec<ResourceName>, table: &Table) -> Self {
        let (resources, bodies) = resources
            .into_iter()
            .filter_map(|(name, version)| {
                let body = table.bodies.get(&name)?.clone();
                Some(((name, version), body))
            })
            .unzip();
        Self { items: Items { version, resources, removed }, bodies }
    }
}
