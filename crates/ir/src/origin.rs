//! Which object a node of the IR came from.

use std::{collections::BTreeMap, sync::Arc};

use eg_diag::ObjectRef;
use serde::{Deserialize, Serialize};

use crate::Name;

/// The object, and the part of it, from which a node of the IR was made.
///
/// It becomes the `envoy-gateway` metadata of the xDS resource, the answer to "which object made Envoy reject this", and
/// the text of explanations.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Origin {
    /// The object.
    pub object: ObjectRef,
    /// The listener, rule or port within it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub section: Option<Name>,
    /// The generation of the object; 0 when it has none.
    #[serde(default)]
    pub generation: i64,
    /// The annotations of the object that are meant for the proxies, without the prefix `gateway.envoyproxy.io/`;
    /// absent when there are none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub annotations: Option<Arc<BTreeMap<String, String>>>,
}

impl Origin {
    /// The whole object, with neither section nor annotations.
    pub fn of(object: ObjectRef) -> Self {
        Self { object, section: None, generation: 0, annotations: None }
    }

    /// The same object, narrowed to one section.
    #[must_use]
    pub fn section(mut self, section: impl Into<Name>) -> Self {
        self.section = Some(section.into());
        self
    }
}

impl Default for Origin {
    fn default() -> Self {
        Self::of(ObjectRef::new(eg_diag::kind!("", ""), "", ""))
    }
}
