//! The admin server.

use serde::{Deserialize, Serialize};

/// The admin server, for people who look for problems.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct EnvoyGatewayAdmin {
    /// Where it listens.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<EnvoyGatewayAdminAddress>,
    /// Whether this configuration is logged; `false` when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub enable_dump_config: Option<bool>,
    /// Whether profiles can be taken; `false` when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub enable_pprof: Option<bool>,
}

/// Where the admin server listens.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct EnvoyGatewayAdminAddress {
    /// The address. Defaults to `127.0.0.1`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub host: Option<String>,
    /// The port. Defaults to `19000`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub port: Option<i64>,
}
