//! ReferenceGrant: permission to refer to objects of another namespace.

use serde::{Deserialize, Serialize};

use crate::meta::ObjectMeta;
#[cfg(feature = "schema")]
use crate::schema::{fmt, list_atomic};

/// Permission for objects of other namespaces to refer to objects of this one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", default)]
pub struct ReferenceGrant {
    /// Name, namespace and bookkeeping of the object.
    pub metadata: ObjectMeta,
    /// What the user asks for.
    pub spec: ReferenceGrantSpec,
}

/// Who may refer to what.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", default)]
pub struct ReferenceGrantSpec {
    /// Who may refer.
    #[cfg_attr(feature = "schema", schemars(length(min = 1, max = 16), transform = list_atomic))]
    pub from: Vec<ReferenceGrantFrom>,
    /// What may be referred to, in the namespace of the grant.
    #[cfg_attr(feature = "schema", schemars(length(min = 1, max = 16), transform = list_atomic))]
    pub to: Vec<ReferenceGrantTo>,
}

/// A kind in a namespace whose objects may refer to others.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", default)]
pub struct ReferenceGrantFrom {
    /// API group of the referring objects; empty for the core group.
    #[cfg_attr(feature = "schema", schemars(with = "fmt::Group"))]
    pub group: String,
    /// Kind of the referring objects.
    #[cfg_attr(feature = "schema", schemars(with = "fmt::Kind"))]
    pub kind: String,
    /// Namespace of the referring objects.
    #[cfg_attr(feature = "schema", schemars(with = "fmt::Namespace"))]
    pub namespace: String,
}

/// A kind, or one object of it, that may be referred to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", default)]
pub struct ReferenceGrantTo {
    /// API group of the referents; empty for the core group.
    #[cfg_attr(feature = "schema", schemars(with = "fmt::Group"))]
    pub group: String,
    /// Kind of the referents.
    #[cfg_attr(feature = "schema", schemars(with = "fmt::Kind"))]
    pub kind: String,
    /// Name of the only referent; all of the kind when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "fmt::ObjectName"))]
    pub name: Option<String>,
}
