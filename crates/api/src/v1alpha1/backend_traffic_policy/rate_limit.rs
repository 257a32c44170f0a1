//! Limits of requests per time.

use serde::{Deserialize, Serialize};

#[cfg(feature = "schema")]
use crate::schema::cel;
#[cfg(feature = "schema")]
use crate::v1alpha1::rules;

mod selector;

pub use selector::*;

/// Limits the number of requests.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
pub struct RateLimitSpec {
    /// Counts all proxies together, in the rate-limit service.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub global: Option<GlobalRateLimit>,
    /// Each proxy counts for itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub local: Option<LocalRateLimit>,
    /// Which of both applies. Deprecated: set the fields. One of `Global` or `Local`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(extend("enum" = ["Global", "Local"])))]
    pub r#type: Option<String>,
}

/// Limits that all proxies count together.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
pub struct GlobalRateLimit {
    /// The limits; each that applies counts, the strictest decides.
    #[cfg_attr(feature = "schema", schemars(length(max = 256)))]
    pub rules: Vec<RateLimitRule>,
}

/// Limits that each proxy counts for itself.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
pub struct LocalRateLimit {
    /// The limits; each that applies counts, the strictest decides. One rule may be without
    /// selectors.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "schema", schemars(length(max = 16), transform = cel(rules::LOCAL_RATE_LIMIT_RULES)))]
    pub rules: Vec<RateLimitRule>,
}

/// A limit, and which requests count.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
pub struct RateLimitRule {
    /// Conditions on requests, one of which must hold; every request when empty.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "schema", schemars(length(max = 8)))]
    pub client_selectors: Vec<RateLimitSelectCondition>,
    /// How much a request counts; 1 when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cost: Option<RateLimitCost>,
    /// The limit.
    pub limit: RateLimitValue,
    /// Whether the limit is only counted, and never refuses; `false` when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shadow_mode: Option<bool>,
    /// Whether all routes of the policy share the count; each route has its own when unset. Global
    /// limits only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shared: Option<bool>,
    /// Whether responses tell the client about the limit; overrides the ClientTrafficPolicy. One of
    /// `Off` or `DraftVersion03`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(extend("enum" = ["Off", "DraftVersion03"])))]
    pub x_rate_limit_headers: Option<String>,
}

/// How much a request counts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
pub struct RateLimitCost {
    /// Counted when the request arrives; 1 when unset. 0 only checks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request: Option<RateLimitCostSpecifier>,
    /// Counted when the response is complete; nothing when unset. Global limits only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub response: Option<RateLimitCostSpecifier>,
}

/// A number, fixed or from metadata.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
#[cfg_attr(feature = "schema", schemars(transform = cel(rules::RATE_LIMIT_COST_SPECIFIER)))]
pub struct RateLimitCostSpecifier {
    /// Where the number comes from. One of `Number` or `Metadata`.
    #[cfg_attr(feature = "schema", schemars(extend("enum" = ["Number", "Metadata"])))]
    pub from: String,
    /// The metadata, for `Metadata`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub metadata: Option<RateLimitCostMetadata>,
    /// The number, for `Number`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub number: Option<i64>,
}

/// A place in the dynamic metadata of a request.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
pub struct RateLimitCostMetadata {
    /// Key in the namespace.
    pub key: String,
    /// Namespace of the metadata.
    pub namespace: String,
}

/// A number of requests per time.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
pub struct RateLimitValue {
    /// Metadata of the request that overrides the number. Global limits only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from_metadata: Option<RateLimitValueMetadata>,
    /// The number of requests; 0 refuses all.
    #[cfg_attr(feature = "schema", schemars(range(min = 0, max = 4_294_967_295_i64)))]
    pub requests: i64,
    /// The time. One of `Second`, `Minute`, `Hour`, `Day`, `Week`, `Month` or `Year`.
    #[cfg_attr(feature = "schema", schemars(extend("enum" = ["Second", "Minute", "Hour", "Day", "Week", "Month", "Year"])))]
    pub unit: String,
}

/// A place in the dynamic metadata of a request that holds a limit.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
pub struct RateLimitValueMetadata {
    /// Key in the namespace.
    #[cfg_attr(feature = "schema", schemars(length(min = 1)))]
    pub key: String,
    /// Namespace of the metadata.
    #[cfg_attr(feature = "schema", schemars(length(min = 1)))]
    pub namespace: String,
}
