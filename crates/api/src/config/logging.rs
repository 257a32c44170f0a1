//! Logs of the control plane.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Logs of the control plane.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct EnvoyGatewayLogging {
    /// Form of the entries: `Text` or `JSON`; `Text` when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub encoder: Option<String>,
    /// Level of each component, `default` for the others. Each is one of `trace`, `debug`, `info`,
    /// `warn`, `error`, `off` or `critical`. Defaults to `{"default": "info"}`.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub level: BTreeMap<String, String>,
}
