//! What proxies tell about their work.

use serde::{Deserialize, Serialize};

use crate::v1alpha1::{ProxyAccessLog, ProxyHealthCheckLog, ProxyMetrics, ProxyTracing};

/// What proxies tell about their work.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
pub struct ProxyTelemetry {
    /// Access logs; JSON to the standard output when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub access_log: Option<ProxyAccessLog>,
    /// Logs of changes of backends' health; none when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub health_check_log: Option<ProxyHealthCheckLog>,
    /// Metrics.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub metrics: Option<ProxyMetrics>,
    /// How request identities and traces go together.
    #[serde(rename = "requestID", skip_serializing_if = "Option::is_none")]
    pub request_id: Option<RequestIdSettings>,
    /// Traces; none when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tracing: Option<ProxyTracing>,
}

/// How request identities and traces go together.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
pub struct RequestIdSettings {
    /// Whether the decision to trace is packed into the identity and read from it; `PackAndSample`
    /// when unset. One of `PackAndSample`, `Sample`, `Pack` or `Disable`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(extend("enum" = ["PackAndSample", "Sample", "Pack", "Disable"])))]
    pub tracing: Option<String>,
}
