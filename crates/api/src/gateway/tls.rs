//! TLS settings of Gateways and listeners.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

#[cfg(feature = "schema")]
use super::rules;
use super::{ObjectReference, SecretObjectReference};
#[cfg(feature = "schema")]
use crate::schema::{cel, fmt, list_atomic, list_map};

/// TLS settings of a Gateway as a whole.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", default)]
pub struct GatewayTlsConfig {
    /// How the Gateway presents itself to backends.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub backend: Option<GatewayBackendTls>,
    /// How the Gateway checks client certificates.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub frontend: Option<FrontendTlsConfig>,
}

/// How a Gateway presents itself to its backends.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", default)]
pub struct GatewayBackendTls {
    /// The certificate that the Gateway shows to backends that ask for one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_certificate_ref: Option<SecretObjectReference>,
}

/// How a Gateway checks client certificates on its HTTPS listeners.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", default)]
pub struct FrontendTlsConfig {
    /// What applies to ports that have no entry of their own.
    pub r#default: TlsConfig,
    /// What applies to single ports.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(
        feature = "schema",
        schemars(
            length(max = 64),
            transform = list_map("port"),
            transform = cel(rules::FRONTEND_TLS_PER_PORT),
        )
    )]
    pub per_port: Vec<TlsPortConfig>,
}

/// Client certificate checks of one port.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", default)]
pub struct TlsPortConfig {
    /// The port; every HTTPS listener on it is affected.
    #[cfg_attr(feature = "schema", schemars(with = "fmt::PortNumber"))]
    pub port: i32,
    /// The checks.
    pub tls: TlsConfig,
}

/// Client certificate checks.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", default)]
pub struct TlsConfig {
    /// How client certificates are checked; not at all when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub validation: Option<FrontendTlsValidation>,
}

/// How client certificates are checked.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", default)]
pub struct FrontendTlsValidation {
    /// Certificate authorities, in ConfigMaps for example, one of which must have signed the certificate.
    #[cfg_attr(feature = "schema", schemars(length(min = 1, max = 16), transform = list_atomic))]
    pub ca_certificate_refs: Vec<ObjectReference>,
    /// What happens with clients without a valid certificate; they are refused when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(extend("x-default" = "AllowValidOnly")))]
    pub mode: Option<FrontendValidationMode>,
}

/// TLS settings of one listener.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", default)]
#[cfg_attr(feature = "schema", schemars(transform = cel(rules::LISTENER_TLS)))]
pub struct ListenerTlsConfig {
    /// Whether TLS ends at the Gateway or is passed on; it ends there when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(extend("x-default" = "Terminate")))]
    pub mode: Option<TlsMode>,
    /// Server certificates, for `Terminate`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "schema", schemars(length(max = 64), transform = list_atomic))]
    pub certificate_refs: Vec<SecretObjectReference>,
    /// Settings of one implementation, by domain-prefixed key.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    #[cfg_attr(
        feature = "schema",
        schemars(
            with = "BTreeMap<String, fmt::AnnotationValue>",
            extend("maxProperties" = 16),
        )
    )]
    pub options: BTreeMap<String, String>,
}

open_enum! {
    /// What a listener does with TLS.
    TlsMode {
        /// TLS ends at the Gateway.
        Terminate = "Terminate",
        /// The TLS bytes go to the backend as they are.
        Passthrough = "Passthrough",
    }
}

open_enum! {
    /// What happens with clients that have no valid certificate.
    FrontendValidationMode {
        /// They are refused.
        AllowValidOnly = "AllowValidOnly",
        /// They are served all the same.
        AllowInsecureFallback = "AllowInsecureFallback",
    }
}
