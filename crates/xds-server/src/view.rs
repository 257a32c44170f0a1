//! An immutable state of one node group, cheap to copy, to change and to compare with an earlier one.

use std::sync::LazyLock;

use bytes::Bytes;
use imbl::{OrdMap, ordmap::DiffItem};

use crate::{Resource, ResourceName, TypeUrl, Version};

/// Position in the history of a store; grows with every published change.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Seq(pub u64);

/// Versions by resource name: what a stream remembers of what it sent.
pub(crate) type Versions = OrdMap<ResourceName, Version>;

/// What to change in a node group.
#[derive(Clone, Debug, Default)]
pub struct Changes {
    /// Resources that are added or replaced.
    pub upserts: Vec<(TypeUrl, ResourceName, Resource)>,
    /// Resources that are removed; removing an absent one does nothing.
    pub removals: Vec<(TypeUrl, ResourceName)>,
}

impl Changes {
    /// Adds or replaces a resource.
    #[must_use]
    pub fn upsert(mut self, type_url: TypeUrl, name: impl Into<ResourceName>, resource: Resource) -> Self {
        self.upserts.push((type_url, name.into(), resource));
        self
    }

    /// Removes a resource.
    #[must_use]
    pub fn remove(mut self, type_url: TypeUrl, name: impl Into<ResourceName>) -> Self {
        self.removals.push((type_url, name.into()));
        self
    }
}

/// All resources of a node group at one moment.
///
/// Views share everything that did not change between them, so keeping an old one costs only the difference, and the
/// difference is found without visiting what is shared.
#[derive(Clone, Debug, Default)]
pub struct View {
    seq: Seq,
    tables: Vec<(TypeUrl, Table)>,
}

impl View {
    /// The position of this view.
    pub fn seq(&self) -> Seq {
        self.seq
    }

    /// The view that follows this one at `seq`, or `None` when `changes` change nothing.
    ///
    /// `seq` must be greater than the position of every earlier view of the group.
    #[must_use]
    pub fn apply(&self, seq: Seq, changes: Changes) -> Option<Self> {
        let mut next = self.clone();
        let mut differs = false;
        for (type_url, name) in &changes.removals {
            differs |= next.table_mut(type_url).remove(name);
        }
        for (type_url, name, resource) in changes.upserts {
            differs |= next.table_mut(&type_url).upsert(name, resource);
        }
        next.seq = seq;
        differs.then_some(next)
    }

    /// A view without resources.
    #[must_use]
    pub fn empty_at(seq: Seq) -> Self {
        Self { seq, tables: Vec::new() }
    }

    /// The resource of a type and name.
    pub fn resource(&self, type_url: &TypeUrl, name: &str) -> Option<Resource> {
        let table = self.table(type_url)?;
        Some(Resource { version: *table.versions.get(name)?, body: table.bodies.get(name)?.clone() })
    }

    /// The names of all resources of a type, in order.
    pub fn names(&self, type_url: &TypeUrl) -> impl Iterator<Item = &ResourceName> {
        self.table(type_url).into_iter().flat_map(|table| table.versions.keys())
    }

    /// Every resource's type and name, types in the order of their URLs.
    pub fn keys(&self) -> impl Iterator<Item = (&TypeUrl, &ResourceName)> {
        self.tables.iter().flat_map(|(url, table)| table.versions.keys().map(move |name| (url, name)))
    }

    pub(crate) fn table(&self, type_url: &TypeUrl) -> Option<&Table> {
        let at = self.tables.binary_search_by(|(url, _)| url.cmp(type_url)).ok()?;
        self.tables.get(at).map(|(_, table)| table)
    }

    fn table_mut(&mut self, type_url: &TypeUrl) -> &mut Table {
        let at = match self.tables.binary_search_by(|(url, _)| url.cmp(type_url)) {
            Ok(at) => at,
            Err(at) => {
                self.tables.insert(at, (type_url.clone(), Table::default()));
                at
            }
        };
        &mut self.tables[at].1
    }
}

/// The resources of one type. Versions and bodies are kept apart, so that a stream can remember the versions it sent
/// without keeping replaced bodies alive.
#[derive(Clone, Debug, Default)]
pub(crate) struct Table {
    pub(crate) versions: Versions,
    pub(crate) bodies: OrdMap<ResourceName, Bytes>,
}

impl Table {
    /// The table of a type that has no resources.
    pub(crate) fn empty() -> &'static Self {
        static EMPTY: LazyLock<Table> = LazyLock::new(Table::default);
        &EMPTY
    }

    fn upsert(&mut self, name: ResourceName, resource: Resource) -> bool {
        if self.versions.get(&name) == Some(&resource.version) {
            return false;
        }
        // A name that is already known keeps its allocation.
        let name = self.versions.get_key_value(&name).map_or(name, |(known, _)| known.clone());
        self.versions.insert(name.clone(), resource.version);
        self.bodies.insert(name, resource.body);
        true
    }

    fn remove(&mut self, name: &ResourceName) -> bool {
        self.bodies.remove(name);
        self.versions.remove(name).is_some()
    }
}

/// How one resource differs between what was sent and what there is.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Difference<'a> {
    Changed(&'a ResourceName, Version),
    Removed(&'a ResourceName, Version),
}

/// What changed from `old` to `new`; the cost grows with the difference when one derives from the other.
pub(crate) fn differences<'a>(
    old: &'a Versions,
    new: &'a Versions,
) -> impl Iterator<Item = Difference<'a>> + use<'a> {
    old.diff(new).map(|item| match item {
        DiffItem::Add(name, version) | DiffItem::Update { new: (name, version), .. } => {
            Difference::Changed(name, *version)
        }
        DiffItem::Remove(name, version) => Difference::Removed(name, *version),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resource(content: &str) -> Resource {
        Resource::new(content.to_owned().into())
    }

    #[test]
    fn a_change_that_changes_nothing_makes_no_view() {
        let view = View::default()
            .apply(Seq(1), Changes::default().upsert(TypeUrl::CLUSTER, "a", resource("1")))
            .expect("adds a cluster");
        assert!(view.apply(Seq(2), Changes::default()).is_none());
        let same =
            Changes::default().upsert(TypeUrl::CLUSTER, "a", resource("1")).remove(TypeUrl::CLUSTER, "b");
        assert!(view.apply(Seq(2), same).is_none());
    }

    #[test]
    fn a_name_removed_and_added_in_one_change_is_there_afterwards() {
        let view = View::default()
            .apply(Seq(1), Changes::default().upsert(TypeUrl::CLUSTER, "a", resource("1")))
            .expect("adds a cluster");
        let swap =
            Changes::default().remove(TypeUrl::CLUSTER, "a").upsert(TypeUrl::CLUSTER, "a", resource("2"));
        let next = view.apply(Seq(2), swap).expect("replaces the cluster");
        assert_eq!(next.resource(&TypeUrl::CLUSTER, "a"), Some(resource("2")));
        assert_eq!(next.seq(), Seq(2));
    }

    #[test]
    fn differences_list_changes_and_removals_in_name_order() {
        let build = |names: &[(&str, &str)]| {
            let mut table = Table::default();
            for (name, content) in names {
                table.upsert((*name).into(), resource(content));
            }
            table.versions
        };
        let (old, new) =
            (build(&[("a", "1"), ("b", "1"), ("c", "1")]), build(&[("a", "1"), ("b", "2"), ("d", "1")]));
        let found: Vec<String> = differences(&old, &new)
            .map(|d| match d {
                Difference::Changed(name, _) => format!("+{name}"),
                Difference::Removed(name, _) => format!("-{name}"),
            })
            .collect();
        assert_eq!(found, ["+b", "-c", "+d"]);
    }
}
