//! Databases that tell where addresses belong to.

use serde::{Deserialize, Serialize};

/// The `EnvoyProxyGeoIP` part of the API.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct EnvoyProxyGeoIp {
    /// Sets provider.
    pub provider: GeoIpProvider,
}

/// The `GeoIPProvider` part of the API.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct GeoIpProvider {
    /// Sets max mind.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_mind: Option<GeoIpMaxMind>,
    /// Sets type. Only `MaxMind` is known.
    pub r#type: String,
}

/// The `GeoIPMaxMind` part of the API.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct GeoIpMaxMind {
    /// Sets anonymous ip db source.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub anonymous_ip_db_source: Option<GeoIpDbSource>,
    /// Sets asn db source.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub asn_db_source: Option<GeoIpDbSource>,
    /// Sets city db source.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub city_db_source: Option<GeoIpDbSource>,
    /// Sets country db source.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub country_db_source: Option<GeoIpDbSource>,
    /// Sets isp db source.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub isp_db_source: Option<GeoIpDbSource>,
}

/// The `GeoIPDBSource` part of the API.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct GeoIpDbSource {
    /// Sets local.
    pub local: LocalGeoIpDbSource,
}

/// The `LocalGeoIPDBSource` part of the API.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct LocalGeoIpDbSource {
    /// Sets path.
    pub path: String,
}
