//! ConfigMap: configuration as named texts.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::ByteString;
use crate::meta::ObjectMeta;

/// Configuration as named texts and bytes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ConfigMap {
    /// Name, namespace and bookkeeping of the object.
    pub metadata: ObjectMeta,
    /// The texts by name.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub data: BTreeMap<String, String>,
    /// Values that are not texts, by name.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub binary_data: BTreeMap<String, ByteString>,
}
