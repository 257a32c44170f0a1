//! proptest strategies over sets of objects and histories of edits, shared by property tests and fuzz targets.
//!
//! Names come from small pools, so that references hit, miss and collide; about one value in eight is wrong in a way that an
//! API server would let through. Everything is plain JSON first, so that a failing case can be printed as a file
//! ([`World::to_yaml`]) and kept.

mod backend;
mod backend_traffic;
mod client_traffic;
mod extension;
mod gateway;
mod history;
mod policy;
mod pool;
mod route;
mod security;

pub use history::{Edit, History, history};

use eg_resources::{AnyObject, DecodeError, Decoder};
use proptest::prelude::*;
use serde_json::Value;
use std::{collections::BTreeMap, fmt};

/// The identity of an object in JSON: API version without the version itself, kind, namespace, name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key {
    /// API group, empty for core.
    pub group: String,
    /// Kind.
    pub kind: String,
    /// Namespace, empty for cluster-wide kinds.
    pub namespace: String,
    /// Name.
    pub name: String,
}

impl Key {
    /// The identity of this object.
    pub fn of(object: &Value) -> Self {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let group = text(&object["apiVersion"])
            .rsplit_once('/')
            .map(|(group, _)| group.to_owned())
            .unwrap_or_default();
        let metadata = &object["metadata"];
        Self {
            group,
            kind: text(&object["kind"]),
            namespace: text(&metadata["namespace"]),
            name: text(&metadata["name"]),
        }
    }
}

/// A set of objects, each identity once.
#[derive(Clone, Default, PartialEq)]
pub struct World(BTreeMap<Key, Value>);

impl fmt::Debug for World {
    /// One object a line, so that a failing case can be read and kept.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("\n")?;
        self.objects().try_for_each(|object| writeln!(f, "{object}"))
    }
}

impl World {
    /// The world of these objects; of equal identities the last.
    pub fn new(objects: impl IntoIterator<Item = Value>) -> Self {
        Self(objects.into_iter().map(|object| (Key::of(&object), object)).collect())
    }

    /// The objects in the order of their identities.
    pub fn objects(&self) -> impl ExactSizeIterator<Item = &Value> {
        self.0.values()
    }

    /// The identities in order.
    pub fn keys(&self) -> impl ExactSizeIterator<Item = &Key> {
        self.0.keys()
    }

    /// The objects, decoded.
    pub fn decode(&self) -> Result<Vec<AnyObject>, DecodeError> {
        let decoder = Decoder::new();
        self.objects().map(|object| decoder.decode(object.clone())).collect()
    }

    /// Makes one edit.
    pub fn apply(&mut self, edit: &Edit) {
        match edit {
            Edit::Put(object) => {
                self.0.insert(Key::of(object), object.clone());
            }
            Edit::Delete(key) => {
                self.0.remove(key);
            }
        }
    }

    /// The objects as documents of one YAML (in fact JSON) stream, for a failing case to be kept.
    pub fn to_yaml(&self) -> String {
        let documents: Vec<String> = self.objects().map(Value::to_string).collect();
        documents.join("\n---\n")
    }
}

/// One object of any kind that the strategies know.
pub fn object() -> BoxedStrategy<Value> {
    prop_oneof![
        1 => gateway::class(),
        4 => gateway::gateway(),
        8 => route::http_route(),
        5 => route::stream_route(),
        4 => backend::service(),
        5 => backend::endpoint_slice(),
        3 => backend::secret(),
        2 => backend::backend(),
        2 => backend::reference_grant(),
        2 => route::http_route_filter(),
        1 => backend::namespace_kind(),
        3 => policy::policy(),
        2 => policy::patch_policy(),
        3 => extension::extension_policy(),
        1 => extension::script_map(),
        4 => client_traffic::policy(),
        1 => client_traffic::listener_set(),
        1 => client_traffic::grant(),
    ]
    .boxed()
}

/// A world of up to this many objects besides a class, a Gateway and a Service that work, so that most worlds serve
/// something.
pub fn world(most: usize) -> impl Strategy<Value = World> {
    (gateway::base(), prop::collection::vec(object(), 0..=most)).prop_map(|(base, more)| {
        let mut objects = base;
        objects.extend(more);
        World::new(objects)
    })
}

/// A world twice: in order, and as a list in another order. Translation must not tell them apart.
pub fn permuted_world(most: usize) -> impl Strategy<Value = (World, Vec<Value>)> {
    world(most).prop_flat_map(|world| {
        let objects: Vec<Value> = world.objects().cloned().collect();
        (Just(world), Just(objects).prop_shuffle())
    })
}
