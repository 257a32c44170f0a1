//! The admin server.

use serde::{Deserialize, Serialize};

/// The `EnvoyGatewayAdmin` part of the API.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct EnvoyGatewayAdmin {
    /// Sets address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<EnvoyGatewayAdminAddress>,
    /// Sets enable dump config.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub enable_dump_config: Option<bool>,
    /// Sets enable pprof.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub enable_pprof: Option<bool>,
}

/// The `EnvoyGatewayAdminAddress` part of the API.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct EnvoyGatewayAdminAddress {
    /// Sets host. Defaults to `127.0.0.1`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub host: Option<String>,
    /// Sets port. Defaults to `19000`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub port: Option<i64>,
}
