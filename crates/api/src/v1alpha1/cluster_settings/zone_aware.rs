//! Which availability zones are preferred.

use serde::{Deserialize, Serialize};

#[cfg(feature = "schema")]
use crate::schema::list_map;

/// Prefers some availability zones.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
pub struct ZoneAware {
    /// Prefers endpoints in the zone of the proxy.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prefer_local: Option<PreferLocalZone>,
    /// Shares of zones; a zone that is not listed weighs 1.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "schema", schemars(transform = list_map("zone")))]
    pub weighted_zones: Vec<WeightedZoneConfig>,
}

/// Prefers endpoints in the zone of the proxy.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
pub struct PreferLocalZone {
    /// Keeps the traffic in the zone whatever the balance between zones.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub force: Option<ForceLocalZone>,
    /// Number of endpoints in all zones below which zones are ignored; 6 when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min_endpoints_threshold: Option<i64>,
    /// Percentage of requests for which zones count; 100 when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(range(min = 0, max = 100)))]
    pub percentage_enabled: Option<i32>,
}

/// Keeps the traffic in the zone of the proxy.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
pub struct ForceLocalZone {
    /// Number of endpoints in the zone below which zones are ignored; 1 when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min_endpoints_in_zone_threshold: Option<i32>,
}

/// The share of one zone.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
pub struct WeightedZoneConfig {
    /// Share of the traffic, relative to the other zones.
    pub weight: i32,
    /// Name of the zone.
    pub zone: String,
}
