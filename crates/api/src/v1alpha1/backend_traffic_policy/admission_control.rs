//! Refusals while too many requests fail.

use serde::{Deserialize, Serialize};

use crate::meta::Duration;
#[cfg(feature = "schema")]
use crate::schema::cel;
#[cfg(feature = "schema")]
use crate::v1alpha1::{format, rules};

/// Refuses part of the requests while too many fail, by chance and in proportion to the failures.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
#[cfg_attr(feature = "schema", schemars(transform = cel(rules::ADMISSION_CONTROL)))]
pub struct AdmissionControl {
    /// Percentage of requests that may be refused; 80 when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(range(min = 0, max = 100)))]
    pub max_rejection_percent: Option<i32>,
    /// Requests per second below which none is refused; 0 when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(range(min = 0)))]
    pub min_request_rate: Option<i32>,
    /// Percentage of successes below which requests are refused; 95 when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(range(min = 1, max = 100)))]
    pub min_success_rate: Option<i32>,
    /// How fast refusals grow as successes shrink; 1, linear, when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(range(min = 1)))]
    pub rejection_aggression: Option<i32>,
    /// Time over which successes are counted, at least 1s; 30s when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sampling_window: Option<Duration>,
    /// Which responses are successes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub success_criteria: Option<AdmissionControlSuccessCriteria>,
}

/// Which responses are successes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
pub struct AdmissionControlSuccessCriteria {
    /// For gRPC.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub grpc: Option<GrpcSuccessCriteria>,
    /// For HTTP.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub http: Option<HttpSuccessCriteria>,
}

/// Which gRPC responses are successes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
pub struct GrpcSuccessCriteria {
    /// Statuses of successes; Envoy's list when empty.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "schema", schemars(with = "Vec<format::GrpcSuccessCode>"))]
    pub status_codes: Vec<String>,
}

/// Which HTTP responses are successes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
pub struct HttpSuccessCriteria {
    /// Statuses of successes; all below 500 when empty.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "schema", schemars(with = "Vec<format::HttpStatus>"))]
    pub status_codes: Vec<i64>,
}
