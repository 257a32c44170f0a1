//! How the address of the client is found.

use serde::{Deserialize, Serialize};

#[cfg(feature = "schema")]
use crate::schema::cel;
#[cfg(feature = "schema")]
use crate::v1alpha1::{format, rules};

/// How the address of the client is found: exactly one way.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
#[cfg_attr(feature = "schema", schemars(transform = cel(rules::CLIENT_IP_DETECTION_SETTINGS)))]
pub struct ClientIpDetectionSettings {
    /// Reads it from a header.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub custom_header: Option<CustomHeaderExtensionSettings>,
    /// Takes the address of the connection.
    #[serde(rename = "directSourceIP", skip_serializing_if = "Option::is_none")]
    pub direct_source_ip: Option<DirectSourceIpSettings>,
    /// Reads it from `X-Forwarded-For`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub x_forwarded_for: Option<XForwardedForSettings>,
}

/// Reads the client's address from a header.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
pub struct CustomHeaderExtensionSettings {
    /// Whether requests without a valid address in the header get 403; otherwise the address of the
    /// connection counts. `false` when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fail_closed: Option<bool>,
    /// Name of the header.
    #[cfg_attr(feature = "schema", schemars(length(min = 1, max = 255), regex(pattern = "^[A-Za-z0-9-]+$")))]
    pub name: String,
}

/// Takes the address of the connection, headers aside.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default)]
pub struct DirectSourceIpSettings {}

/// Reads the client's address from `X-Forwarded-For`: counting proxies, or by their addresses.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
#[cfg_attr(feature = "schema", schemars(transform = cel(rules::X_FORWARDED_FOR_SETTINGS)))]
pub struct XForwardedForSettings {
    /// Whether Envoy leaves the header as it came instead of adding the address of the connection;
    /// `false` when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub disable_x_forwarded_for_append: Option<bool>,
    /// Number of trusted proxies in front of Envoy, counted from the right.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub num_trusted_hops: Option<i32>,
    /// Networks of trusted proxies; the first address from the right outside of them is the client.
    #[serde(rename = "trustedCIDRs", skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "schema", schemars(with = "Vec<format::Cidr>", length(min = 1)))]
    pub trusted_cidrs: Vec<String>,
}
