//! Kinds and references to objects.

use std::{
    cmp::Ordering,
    collections::BTreeSet,
    fmt,
    sync::{Arc, Mutex, MutexGuard},
};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The API group and kind of an object, such as `gateway.networking.k8s.io` and `HTTPRoute`.
///
/// It is two words wide and `Copy`; equality and order are by text. The version of the API is not part of it.
#[derive(Clone, Copy, Eq, Hash)]
#[expect(
    clippy::derived_hash_with_manual_eq,
    reason = "equality by hand compares the same texts, only faster"
)]
pub struct Kind {
    /// The API group; empty for the core group.
    pub group: &'static str,
    /// The kind within the group.
    pub kind: &'static str,
}

impl Kind {
    /// A kind whose names are known when the program is compiled.
    pub const fn new(group: &'static str, kind: &'static str) -> Self {
        Self { group, kind }
    }

    /// A kind whose names come from configuration or from an object.
    ///
    /// Names never seen before are kept for the life of the process, so call this with the kinds that are configured,
    /// not with whatever text a tenant may write.
    pub fn intern(group: &str, kind: &str) -> Self {
        Self { group: intern(group), kind: intern(kind) }
    }

    /// The kind of these names if [`Kind::intern`] was called with them before. Nothing is kept of names that were not.
    pub fn known(group: &str, kind: &str) -> Option<Self> {
        let names = names();
        Some(Self { group: names.get(group)?, kind: names.get(kind)? })
    }
}

// By hand, because the texts of equal kinds nearly always are the very same ones, and kinds are the first thing that is
// compared wherever objects are looked up.
impl PartialEq for Kind {
    fn eq(&self, other: &Self) -> bool {
        same(self.kind, other.kind) && same(self.group, other.group)
    }
}

impl Ord for Kind {
    fn cmp(&self, other: &Self) -> Ordering {
        compare(self.group, other.group).then_with(|| compare(self.kind, other.kind))
    }
}

impl PartialOrd for Kind {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// Whether two texts are equal, without looking at them when they are one text.
fn same(left: &str, right: &str) -> bool {
    std::ptr::eq(left, right) || left == right
}

/// The order of two texts, without looking at them when they are one text.
fn compare(left: &str, right: &str) -> Ordering {
    if std::ptr::eq(left, right) { Ordering::Equal } else { left.cmp(right) }
}

/// The names that were interned.
static NAMES: Mutex<BTreeSet<&'static str>> = Mutex::new(BTreeSet::new());

fn names() -> MutexGuard<'static, BTreeSet<&'static str>> {
    // A panic while the lock is held leaves a complete set behind, so a poisoned lock is usable.
    NAMES.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

/// Returns a text that lives as long as the process and equals `text`.
fn intern(text: &str) -> &'static str {
    let mut names = names();
    if let Some(known) = names.get(text) {
        return known;
    }
    let kept: &'static str = Box::leak(text.to_owned().into_boxed_str());
    names.insert(kept);
    kept
}

impl fmt::Debug for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for Kind {
    /// Writes `Kind` for the core group and `Kind.group` otherwise.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.kind)?;
        if self.group.is_empty() { Ok(()) } else { write!(f, ".{}", self.group) }
    }
}

impl Serialize for Kind {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Kind {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let (kind, group) = text.split_once('.').unwrap_or((&text, ""));
        Ok(Self::intern(group, kind))
    }
}

/// The identity of an object: kind, namespace and name.
#[derive(Clone, Eq, Hash, Serialize, Deserialize)]
#[expect(
    clippy::derived_hash_with_manual_eq,
    reason = "equality by hand compares the same texts, only faster"
)]
pub struct ObjectRef {
    /// Group and kind.
    pub kind: Kind,
    /// Namespace; empty for objects of cluster scope.
    pub namespace: Arc<str>,
    /// Name.
    pub name: Arc<str>,
}

impl PartialEq for ObjectRef {
    /// Names differ most often, so they are compared first.
    fn eq(&self, other: &Self) -> bool {
        same(&self.name, &other.name) && same(&self.namespace, &other.namespace) && self.kind == other.kind
    }
}

impl Ord for ObjectRef {
    fn cmp(&self, other: &Self) -> Ordering {
        let kinds = self.kind.cmp(&other.kind);
        let namespaces = || compare(&self.namespace, &other.namespace);
        kinds.then_with(namespaces).then_with(|| compare(&self.name, &other.name))
    }
}

impl PartialOrd for ObjectRef {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl ObjectRef {
    /// A reference to the object of this kind, namespace (empty for cluster scope) and name.
    pub fn new(kind: Kind, namespace: impl Into<Arc<str>>, name: impl Into<Arc<str>>) -> Self {
        Self { kind, namespace: namespace.into(), name: name.into() }
    }

    /// `namespace/name`, or just the name at cluster scope.
    pub fn qualified_name(&self) -> String {
        if self.namespace.is_empty() {
            self.name.to_string()
        } else {
            format!("{}/{}", self.namespace, self.name)
        }
    }
}

impl fmt::Debug for ObjectRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for ObjectRef {
    /// Writes `Kind namespace/name`, without the group, as messages for people want it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.kind.kind)?;
        f.write_str(" ")?;
        if !self.namespace.is_empty() {
            write!(f, "{}/", self.namespace)?;
        }
        f.write_str(&self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_and_references_are_ordered_by_text() {
        // The same texts at two places.
        let copy = |text: &str| -> &'static str { Box::leak(text.to_owned().into_boxed_str()) };
        let (group, kind) = ("gateway.networking.k8s.io", "HTTPRoute");
        let (one, other) = (Kind::new(group, kind), Kind::new(copy(group), copy(kind)));
        assert_eq!(one, other);
        assert_eq!(one.cmp(&other), Ordering::Equal);
        let ordered = [
            ObjectRef::new(Kind::new("", "Service"), "z", "z"),
            ObjectRef::new(Kind::new(group, "Gateway"), "b", "a"),
            ObjectRef::new(one, "a", "b"),
            ObjectRef::new(other, "a", "c"),
            ObjectRef::new(one, "b", "a"),
        ];
        assert!(ordered.is_sorted_by(|left, right| left < right && left != right));
        assert_eq!(ordered[2], ObjectRef::new(other, "a", "b"));
    }

    #[test]
    fn interned_kinds_equal_static_ones() {
        let kind = Kind::new("example.com", "Widget");
        assert_eq!(Kind::intern("example.com", "Widget"), kind);
        assert_eq!(kind.to_string(), "Widget.example.com");
        assert_eq!(Kind::new("", "Secret").to_string(), "Secret");
    }

    #[test]
    fn references_order_by_kind_namespace_name() {
        let kind = Kind::new("", "Secret");
        let mut refs =
            [ObjectRef::new(kind, "b", "a"), ObjectRef::new(kind, "a", "z"), ObjectRef::new(kind, "a", "b")];
        refs.sort();
        assert_eq!(refs.map(|r| r.qualified_name()), ["a/b", "a/z", "b/a"]);
    }
}
