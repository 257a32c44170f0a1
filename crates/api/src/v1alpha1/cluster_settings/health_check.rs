//! How unhealthy endpoints are found.

use serde::{Deserialize, Serialize};

use crate::meta::Duration;
#[cfg(feature = "schema")]
use crate::schema::{cel, fmt};
use crate::v1alpha1::ProxyHealthCheckLog;
#[cfg(feature = "schema")]
use crate::v1alpha1::{format, rules};

/// How unhealthy endpoints are found.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
pub struct HealthCheck {
    /// Asks each endpoint in regular intervals.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub active: Option<ActiveHealthCheck>,
    /// Percentage of healthy endpoints below which health is ignored and all get traffic; 50 when
    /// unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(range(min = 0, max = 100)))]
    pub panic_threshold: Option<i32>,
    /// Watches the responses to real requests.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub passive: Option<PassiveHealthCheck>,
}

/// Asks each endpoint in regular intervals.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
#[cfg_attr(feature = "schema", schemars(transform = cel(rules::ACTIVE_HEALTH_CHECK)))]
pub struct ActiveHealthCheck {
    /// Settings for gRPC.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub grpc: Option<GrpcActiveHealthChecker>,
    /// Logs changes of health; overrides the setting of the proxy.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub health_check_log: Option<ProxyHealthCheckLog>,
    /// Successes in a row after which an endpoint is healthy. Defaults to `1`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(range(min = 1), extend("x-default" = 1)))]
    pub healthy_threshold: Option<i32>,
    /// Settings for HTTP.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub http: Option<HttpActiveHealthChecker>,
    /// Upper bound of a random wait before the first check; none when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub initial_jitter: Option<Duration>,
    /// Time between checks. Defaults to `3s`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(extend("x-default" = "3s")))]
    pub interval: Option<Duration>,
    /// What differs between checks and traffic.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub overrides: Option<HealthCheckOverrides>,
    /// Settings for TCP; without them a connection suffices.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tcp: Option<TcpActiveHealthChecker>,
    /// Time in which an answer must arrive. Defaults to `1s`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(extend("x-default" = "1s")))]
    pub timeout: Option<Duration>,
    /// Protocol of the checks: `HTTP`, `TCP` or `GRPC`. One of `HTTP`, `TCP` or `GRPC`.
    #[cfg_attr(feature = "schema", schemars(extend("allOf" = [{"enum": ["HTTP", "TCP", "GRPC"]}, {"enum": ["HTTP", "TCP", "GRPC"]}])))]
    pub r#type: String,
    /// Failures in a row after which an endpoint is unhealthy. Defaults to `3`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(range(min = 1), extend("x-default" = 3)))]
    pub unhealthy_threshold: Option<i32>,
}

/// Checks by the standard gRPC health service.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
pub struct GrpcActiveHealthChecker {
    /// Name of the service that is asked about; the server as a whole when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service: Option<String>,
}

/// Checks by an HTTP request.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
#[cfg_attr(feature = "schema", schemars(transform = cel(rules::HTTP_ACTIVE_HEALTH_CHECKER)))]
pub struct HttpActiveHealthChecker {
    /// What the body of a good answer contains; anything when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expected_response: Option<ActiveHealthCheckPayload>,
    /// Statuses of a good answer; 200 when empty.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "schema", schemars(with = "Vec<format::HttpStatus>"))]
    pub expected_statuses: Vec<i64>,
    /// Host that is asked for; that of the endpoint or route when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "fmt::PreciseHostname"))]
    pub hostname: Option<String>,
    /// Method of the request; `GET` when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(length(max = 16)))]
    pub method: Option<String>,
    /// Path of the request.
    #[cfg_attr(feature = "schema", schemars(length(min = 1, max = 1024)))]
    pub path: String,
    /// Body of the request; only for `POST` and `PUT`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_body: Option<ActiveHealthCheckPayload>,
    /// Statuses that count as failure but only make an endpoint unhealthy at the threshold.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "schema", schemars(with = "Vec<format::HttpStatus>"))]
    pub retriable_statuses: Vec<i64>,
}

/// Bytes to send or to expect.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
#[cfg_attr(feature = "schema", schemars(transform = cel(rules::ACTIVE_HEALTH_CHECK_PAYLOAD)))]
pub struct ActiveHealthCheckPayload {
    /// The bytes in base64, for `Binary`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(extend("format" = "byte")))]
    pub binary: Option<String>,
    /// The text, for `Text`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// How the bytes are written: `Text` or `Binary`. One of `Text` or `Binary`.
    #[cfg_attr(feature = "schema", schemars(extend("allOf" = [{"enum": ["Text", "Binary"]}, {"enum": ["Text", "Binary"]}])))]
    pub r#type: String,
}

/// What differs between checks and traffic.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
pub struct HealthCheckOverrides {
    /// Port that is checked instead of that of the endpoint.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "fmt::PortNumber"))]
    pub port: Option<i32>,
}

/// Checks by bytes over TCP.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
pub struct TcpActiveHealthChecker {
    /// What must be in the answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub receive: Option<ActiveHealthCheckPayload>,
    /// What is sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub send: Option<ActiveHealthCheckPayload>,
}

/// Watches responses to real requests, and takes endpoints that fail out of use for a while.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
pub struct PassiveHealthCheck {
    /// Whether one endpoint may go even if the percentage allows none. Defaults to `false`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(extend("x-default" = false)))]
    pub always_eject_one_endpoint: Option<bool>,
    /// Time out of use, multiplied by how often it happened. Defaults to `30s`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(extend("x-default" = "30s")))]
    pub base_ejection_time: Option<Duration>,
    /// Responses with 5xx in a row that take an endpoint out. Defaults to `5`.
    #[serde(rename = "consecutive5XxErrors", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(extend("x-default" = 5)))]
    pub consecutive_5xx_errors: Option<i32>,
    /// Responses with 502, 503 or 504 in a row that take an endpoint out; unused when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub consecutive_gateway_errors: Option<i32>,
    /// Failed connections and time-outs in a row that take an endpoint out, when told apart.
    /// Defaults to `5`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(extend("x-default" = 5)))]
    pub consecutive_local_origin_failures: Option<i32>,
    /// Percentage of failed requests that takes an endpoint out; 85 when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(range(min = 0, max = 100)))]
    pub failure_percentage_threshold: Option<i32>,
    /// Time between sweeps that take out and bring back. Defaults to `3s`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(extend("x-default" = "3s")))]
    pub interval: Option<Duration>,
    /// Percentage of the endpoints that may be out at a time. Defaults to `10`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(range(min = 0, max = 100), extend("x-default" = 10)))]
    pub max_ejection_percent: Option<i32>,
    /// Whether failures on Envoy's side are told apart from error responses. Defaults to `false`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(extend("x-default" = false)))]
    pub split_external_local_origin_errors: Option<bool>,
}
