//! References to objects.

use std::{
    cmp::Ordering,
    collections::BTreeSet,
    fmt,
    hash::{BuildHasher, Hash, Hasher},
    ops::Deref,
    sync::{Arc, LazyLock, Mutex},
};

use hashbrown::{DefaultHashBuilder, HashTable};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::Kind;

/// The identity of an object: kind, namespace and name.
///
/// It is one word wide. However often an object is named, and by whom, its texts are in memory once, and two references are
/// equal when they are the same place; their order is by text.
#[derive(Clone)]
pub struct ObjectRef(Arc<Identity>);

/// What an [`ObjectRef`] says.
#[derive(Debug, Serialize)]
pub struct Identity {
    /// Group and kind.
    pub kind: Kind,
    /// Namespace; empty for objects of cluster scope.
    pub namespace: Arc<str>,
    /// Name.
    pub name: Arc<str>,
}

impl ObjectRef {
    /// A reference to the object of this kind, namespace (empty for cluster scope) and name.
    ///
    /// Finding one that is in use already costs one hashed look-up under a lock, and no memory.
    pub fn new(
        kind: Kind,
        namespace: impl AsRef<str> + Into<Arc<str>>,
        name: impl AsRef<str> + Into<Arc<str>>,
    ) -> Self {
        // A panic while the lock is held leaves a complete table behind, so a poisoned lock is usable.
        let mut table = TABLE.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        match table.find(kind, namespace.as_ref(), name.as_ref()) {
            Ok(known) => known,
            Err(hash) => table.add(hash, kind, namespace.into(), name.into()),
        }
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

/// Every reference that is in use, so that none is made twice.
///
/// The table holds references too, so one that nobody else holds stays in it until the table has doubled; only then are those
/// given up, which costs each addition a constant.
struct Table {
    /// Found by a hash that is seeded anew in each process; nothing ever goes over them in its order.
    references: HashTable<ObjectRef>,
    hasher: DefaultHashBuilder,
    namespaces: BTreeSet<Arc<str>>,
    /// How many references there may be before those that nobody holds are looked for.
    limit: usize,
}

/// Fewer references than these are never looked over.
const SMALL: usize = 1024;

static TABLE: LazyLock<Mutex<Table>> = LazyLock::new(|| {
    Mutex::new(Table {
        references: HashTable::new(),
        hasher: DefaultHashBuilder::default(),
        namespaces: BTreeSet::new(),
        limit: SMALL,
    })
});

impl Table {
    /// The reference, or the hash at which it is missing.
    fn find(&self, kind: Kind, namespace: &str, name: &str) -> Result<ObjectRef, u64> {
        let hash = self.hasher.hash_one((kind, namespace, name));
        let same =
            |known: &ObjectRef| *known.name == *name && *known.namespace == *namespace && known.kind == kind;
        self.references.find(hash, same).cloned().ok_or(hash)
    }

    fn add(&mut self, hash: u64, kind: Kind, namespace: Arc<str>, name: Arc<str>) -> ObjectRef {
        if self.references.len() >= self.limit {
            self.forget_unused();
        }
        let namespace = if let Some(known) = self.namespaces.get(&namespace) {
            Arc::clone(known)
        } else {
            self.namespaces.insert(Arc::clone(&namespace));
            namespace
        };
        let new = ObjectRef(Arc::new(Identity { kind, namespace, name }));
        let hasher = &self.hasher;
        let rehash = |held: &ObjectRef| hasher.hash_one((held.kind, &*held.namespace, &*held.name));
        self.references.insert_unique(hash, new.clone(), rehash);
        new
    }

    /// Gives up what is held here only. Whoever wants such a reference must come through the lock, so none is being taken.
    fn forget_unused(&mut self) {
        self.references.retain(|held| Arc::strong_count(&held.0) > 1);
        self.namespaces.retain(|held| Arc::strong_count(held) > 1);
        self.limit = SMALL.max(2 * self.references.len());
    }
}

impl Deref for ObjectRef {
    type Target = Identity;

    fn deref(&self) -> &Identity {
        &self.0
    }
}

impl PartialEq for ObjectRef {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl Eq for ObjectRef {}

impl Hash for ObjectRef {
    fn hash<H: Hasher>(&self, state: &mut H) {
        std::ptr::hash(Arc::as_ptr(&self.0), state);
    }
}

impl Ord for ObjectRef {
    fn cmp(&self, other: &Self) -> Ordering {
        if self == other {
            return Ordering::Equal;
        }
        let kinds = self.kind.cmp(&other.kind);
        let namespaces = || {
            let same = Arc::ptr_eq(&self.namespace, &other.namespace);
            if same { Ordering::Equal } else { self.namespace.cmp(&other.namespace) }
        };
        kinds.then_with(namespaces).then_with(|| self.name.cmp(&other.name))
    }
}

impl PartialOrd for ObjectRef {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
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

impl Serialize for ObjectRef {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for ObjectRef {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(rename = "ObjectRef")]
        struct Parts {
            kind: Kind,
            namespace: String,
            name: String,
        }
        let Parts { kind, namespace, name } = Parts::deserialize(deserializer)?;
        Ok(Self::new(kind, namespace, name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kind;

    #[test]
    fn references_order_by_kind_namespace_name() {
        let route = kind!("gateway.networking.k8s.io", "HTTPRoute");
        let ordered = [
            ObjectRef::new(kind!("", "Service"), "z", "z"),
            ObjectRef::new(kind!("gateway.networking.k8s.io", "Gateway"), "b", "a"),
            ObjectRef::new(route, "a", "b"),
            ObjectRef::new(route, "a", "c"),
            ObjectRef::new(route, "b", "a"),
        ];
        assert!(ordered.is_sorted_by(|left, right| left < right && left != right));
        assert_eq!(ordered[2].qualified_name(), "a/b");
    }

    #[test]
    fn an_object_has_one_reference() {
        let one = ObjectRef::new(kind!("", "Secret"), "shop", "tls");
        let other = ObjectRef::new(Kind::intern("", "Secret"), "shop".to_owned(), Arc::<str>::from("tls"));
        assert_eq!(one, other);
        assert_eq!(one.cmp(&other), Ordering::Equal);
        let neighbour = ObjectRef::new(one.kind, "shop", "key");
        assert!(Arc::ptr_eq(&one.namespace, &neighbour.namespace));
    }

    #[test]
    fn what_nobody_holds_is_forgotten() {
        let mut table = Table {
            references: HashTable::new(),
            hasher: DefaultHashBuilder::default(),
            namespaces: BTreeSet::new(),
            limit: 2,
        };
        let mut add = |name: &str| {
            let hash = table.find(kind!("", "Secret"), name, name).unwrap_err();
            let added = table.add(hash, kind!("", "Secret"), name.into(), name.into());
            (added, table.references.len(), table.namespaces.len())
        };
        let (held, ..) = add("held");
        drop(add("dropped"));
        let (_, references, namespaces) = add("next");
        assert_eq!((references, namespaces), (2, 2), "those of `held` and `next`");
        let found = table.find(held.kind, "held", "held").unwrap();
        assert_eq!(found, held);
        assert_eq!(table.limit, SMALL);
    }
}
