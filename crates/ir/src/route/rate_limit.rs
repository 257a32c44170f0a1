//! Limits of requests, and which requests count.

use serde::{Deserialize, Serialize};

use super::{Network, PathMatch, StringMatch};

/// A limit of some requests, which is counted for itself.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct RateLimitRule {
    /// The requests that count: those that one of these selects; all when there are none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub selectors: Vec<RequestSelector>,
    /// The limit.
    pub limit: RateLimit,
    /// How much a request counts; absent is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cost: Option<u64>,
    /// Whether requests are only counted, and never refused.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub shadow: bool,
    /// Whether responses tell of it; absent is as it is for all limits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is_told: Option<bool>,
}

/// A number of requests in a time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RateLimit {
    /// The number.
    pub requests: u32,
    /// The time.
    pub unit: RateUnit,
}

/// The time in which requests are counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RateUnit {
    /// A second.
    #[default]
    Second,
    /// A minute.
    Minute,
    /// An hour.
    Hour,
    /// A day.
    Day,
    /// Seven days.
    Week,
    /// Thirty days.
    Month,
    /// 365 days.
    Year,
}

impl RateUnit {
    /// How long it is, in seconds.
    pub fn seconds(self) -> u32 {
        const DAY: u32 = 24 * 60 * 60;
        match self {
            Self::Second => 1,
            Self::Minute => 60,
            Self::Hour => 60 * 60,
            Self::Day => DAY,
            Self::Week => 7 * DAY,
            Self::Month => 30 * DAY,
            Self::Year => 365 * DAY,
        }
    }
}

/// Conditions on a request, all of which must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct RequestSelector {
    /// Headers.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub headers: Vec<SelectedValue>,
    /// The method, which has to be one of these; any when there are none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub methods: Vec<Selection>,
    /// The path.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<SelectedPath>,
    /// The address of the client.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<SelectedSource>,
    /// Query parameters.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub query: Vec<SelectedValue>,
}

/// A named value of a request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SelectedValue {
    /// The name of the header or query parameter.
    pub name: String,
    /// What it must be.
    pub value: Selection,
}

/// What a value must be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Selection {
    /// Any; the requests of each value are counted for themselves.
    Each,
    /// A text.
    Is(StringMatch),
    /// Another text.
    IsNot(StringMatch),
}

/// What the path must be, as it is sent: with its query, but for prefixes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SelectedPath {
    /// The path.
    pub path: PathMatch,
    /// Whether it has to be another path.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_not: bool,
}

/// Where a request comes from.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SelectedSource {
    /// The addresses.
    pub network: Network,
    /// Whether it has to be another address.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub is_not: bool,
    /// Whether the requests of each address are counted for themselves.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub each: bool,
}
