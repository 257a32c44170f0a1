//! What clients of a listener get, whatever the route.

use std::{collections::BTreeMap, sync::Arc};

use serde::{Deserialize, Serialize};

use super::{ClientHeaders, ClientTimeout};
use crate::{Extension, FeatureId};

/// How connections and requests of clients are treated before a route is chosen. The default is what a listener does that
/// nobody configured.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ClientSettings {
    /// Time limits.
    #[serde(skip_serializing_if = "is_default")]
    pub timeout: ClientTimeout,
    /// What happens to headers.
    #[serde(skip_serializing_if = "is_default")]
    pub headers: ClientHeaders,
    /// Configuration of features that this crate does not know.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub extensions: BTreeMap<FeatureId, Extension>,
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

/// Whether nobody configured anything.
pub(super) fn is_plain(settings: &Arc<ClientSettings>) -> bool {
    is_default(settings)
}
