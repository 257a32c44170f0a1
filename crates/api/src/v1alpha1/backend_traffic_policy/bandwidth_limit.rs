//! Limits of bytes per time.

use serde::{Deserialize, Serialize};

use crate::meta::Quantity;
#[cfg(feature = "schema")]
use crate::schema::cel;
#[cfg(feature = "schema")]
use crate::v1alpha1::{format, rules};

/// Limits the bytes per time, in at least one direction.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
#[cfg_attr(feature = "schema", schemars(transform = cel(rules::BANDWIDTH_LIMIT_SPEC)))]
pub struct BandwidthLimitSpec {
    /// Limits the bodies of requests.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request: Option<BandwidthLimitRequestConfig>,
    /// Limits the bodies of responses.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub response: Option<BandwidthLimitResponseConfig>,
}

/// Limits the bodies of requests.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
pub struct BandwidthLimitRequestConfig {
    /// The limit.
    pub limit: BandwidthLimitValue,
}

/// A number of bytes per time; at least 1 KiB per second.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
pub struct BandwidthLimitValue {
    /// The time. One of `Second`, `Minute` or `Hour`.
    #[cfg_attr(feature = "schema", schemars(extend("enum" = ["Second", "Minute", "Hour"])))]
    pub unit: String,
    /// The number of bytes.
    #[cfg_attr(feature = "schema", schemars(with = "format::WholeQuantity"))]
    pub value: Quantity,
}

/// Limits the bodies of responses.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
pub struct BandwidthLimitResponseConfig {
    /// The limit.
    pub limit: BandwidthLimitValue,
    /// Reports the delays in trailers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub response_trailers: Option<BandwidthLimitResponseTrailers>,
}

/// Reports delays in trailers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
pub struct BandwidthLimitResponseTrailers {
    /// Prefix of the names of the trailers; none when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(regex(pattern = r"^[^\r\n\x00]*$")))]
    pub prefix: Option<String>,
}
