//! From JSON to objects.

use std::collections::BTreeSet;

use eg_api::meta::ObjectMeta;
use eg_diag::Kind;
use serde::Deserialize;
use serde_json::Value;
use thiserror::Error;

use crate::{AnyObject, DynamicObject, ForeignKinds, kinds};

/// Reads objects: the kinds of `eg_api`, and those that configuration adds.
#[derive(Clone, Debug, Default)]
pub struct Decoder {
    foreign: BTreeSet<Kind>,
}

impl Decoder {
    /// Reads the kinds of `eg_api` only.
    pub fn new() -> Self {
        Self::default()
    }

    /// Reads objects of this kind too, as [`DynamicObject`]s.
    #[must_use]
    pub fn with_foreign(mut self, kind: Kind) -> Self {
        self.foreign.insert(kind);
        self
    }

    /// Reads objects of these kinds too.
    #[must_use]
    pub fn with_foreign_kinds(mut self, kinds: &ForeignKinds) -> Self {
        self.foreign.extend(kinds.iter());
        self
    }

    /// The foreign kinds that are read.
    pub fn foreign_kinds(&self) -> impl Iterator<Item = Kind> {
        self.foreign.iter().copied()
    }

    /// Reads one object. One of a kind that lives in namespaces and names none is in `default`; so is one of a foreign kind.
    pub fn decode(&self, mut value: Value) -> Result<AnyObject, DecodeError> {
        let text = |field: &'static str| {
            let found = value.get(field).and_then(Value::as_str).filter(|text| !text.is_empty());
            found.map(str::to_owned).ok_or(DecodeError::Missing(field))
        };
        let (api_version, kind) = (text("apiVersion")?, text("kind")?);
        if value["metadata"]["name"].as_str().unwrap_or_default().is_empty() {
            return Err(DecodeError::Missing("metadata.name"));
        }
        if let Some(namespace) = default_namespace(&api_version, &kind, &value) {
            value["metadata"]["namespace"] = namespace.into();
        }
        if let Some(decoded) = kinds::decode(&api_version, &kind, &value) {
            return decoded.map_err(|source| DecodeError::Malformed { kind, source });
        }
        let (group, version) = api_version.split_once('/').unwrap_or(("", &api_version));
        match Kind::known(group, &kind).filter(|kind| self.foreign.contains(kind)) {
            Some(kind) => {
                if value["metadata"]["namespace"].as_str().is_none_or(str::is_empty) {
                    value["metadata"]["namespace"] = "default".into();
                }
                let metadata = ObjectMeta::deserialize(&value["metadata"])
                    .map_err(|source| DecodeError::Malformed { kind: kind.kind.to_owned(), source })?;
                let version = version.to_owned();
                Ok(AnyObject::new(DynamicObject { kind, version, metadata, body: value }))
            }
            None => Err(DecodeError::UnknownKind { api_version, kind }),
        }
    }
}

/// The namespace of an object that needs one and names none.
fn default_namespace(api_version: &str, kind: &str, value: &Value) -> Option<&'static str> {
    let info = eg_api::kinds::find(api_version, kind)?;
    let named = value["metadata"]["namespace"].as_str().is_some_and(|namespace| !namespace.is_empty());
    (info.namespaced && !named).then_some("default")
}

/// Why a value is not an object.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum DecodeError {
    /// A field that every object has is missing or empty.
    #[error("`{0}` is missing")]
    Missing(&'static str),
    /// Nothing here works with objects of this kind.
    #[error("{kind} of {api_version} is not a kind that is read here")]
    UnknownKind {
        /// Group and version.
        api_version: String,
        /// Kind.
        kind: String,
    },
    /// A field has the wrong type.
    #[error("{kind} does not have the shape of its kind")]
    Malformed {
        /// Kind.
        kind: String,
        /// Which field, and what was expected.
        #[source]
        source: serde_json::Error,
    },
}
