//! Faults made on purpose.

use serde::{Deserialize, Serialize};
use serde_json::Number;

use crate::meta::Duration;
#[cfg(feature = "schema")]
use crate::schema::cel;
#[cfg(feature = "schema")]
use crate::v1alpha1::rules;

/// Delays and fails part of the requests on purpose.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
#[cfg_attr(feature = "schema", schemars(transform = cel(rules::FAULT_INJECTION)))]
pub struct FaultInjection {
    /// Fails requests.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub abort: Option<FaultInjectionAbort>,
    /// Delays requests.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delay: Option<FaultInjectionDelay>,
}

/// Fails requests, with a status of HTTP or of gRPC.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
#[cfg_attr(feature = "schema", schemars(transform = cel(rules::FAULT_INJECTION_ABORT)))]
pub struct FaultInjectionAbort {
    /// Status of gRPC.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(range(min = 0, max = 16)))]
    pub grpc_status: Option<i32>,
    /// Status of HTTP.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(range(min = 200, max = 600)))]
    pub http_status: Option<i32>,
    /// Percentage of the requests, in steps of 0.0001. Defaults to `100`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(extend("x-default" = 100)))]
    pub percentage: Option<Number>,
}

/// Delays requests.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
pub struct FaultInjectionDelay {
    /// The delay.
    pub fixed_delay: Duration,
    /// Percentage of the requests, in steps of 0.0001. Defaults to `100`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(extend("x-default" = 100)))]
    pub percentage: Option<Number>,
}
