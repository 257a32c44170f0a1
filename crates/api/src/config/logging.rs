//! Logs of the control plane.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// The `EnvoyGatewayLogging` part of the API.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct EnvoyGatewayLogging {
    /// Sets encoder.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub encoder: Option<String>,
    /// Sets level. Each is one of `trace`, `debug`, `info`, `warn`, `error`, `off` or `critical`.
    /// Defaults to `{"default": "info"}`.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub level: BTreeMap<String, String>,
}
