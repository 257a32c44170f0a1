//! Databases that tell where addresses belong to.

use serde::{Deserialize, Serialize};

#[cfg(feature = "schema")]
use crate::schema::cel;
#[cfg(feature = "schema")]
use crate::v1alpha1::rules;

/// Databases that tell where addresses belong to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
pub struct EnvoyProxyGeoIp {
    /// The databases.
    pub provider: GeoIpProvider,
}

/// Databases of one kind.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
#[cfg_attr(feature = "schema", schemars(transform = cel(rules::GEO_IP_PROVIDER)))]
pub struct GeoIpProvider {
    /// Settings for `MaxMind`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_mind: Option<GeoIpMaxMind>,
    /// Kind of the databases. Only `MaxMind` is known.
    #[cfg_attr(feature = "schema", schemars(extend("enum" = ["MaxMind"])))]
    pub r#type: String,
}

/// Databases in MaxMind's format; at least one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
#[cfg_attr(feature = "schema", schemars(transform = cel(rules::GEO_IP_MAX_MIND)))]
pub struct GeoIpMaxMind {
    /// Database of services that hide addresses.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub anonymous_ip_db_source: Option<GeoIpDbSource>,
    /// Database of autonomous systems.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub asn_db_source: Option<GeoIpDbSource>,
    /// Database of cities and regions.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub city_db_source: Option<GeoIpDbSource>,
    /// Database of countries.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub country_db_source: Option<GeoIpDbSource>,
    /// Database of Internet providers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub isp_db_source: Option<GeoIpDbSource>,
}

/// Where a database is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
pub struct GeoIpDbSource {
    /// The file.
    pub local: LocalGeoIpDbSource,
}

/// A database in the file system of the proxy.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
pub struct LocalGeoIpDbSource {
    /// Path of the file, which ends in `.mmdb`.
    #[cfg_attr(feature = "schema", schemars(regex(pattern = r"^.*\.mmdb$")))]
    pub path: String,
}
