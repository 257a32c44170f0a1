//! How endpoints that cannot serve are found.

use serde::{Deserialize, Serialize};

/// How endpoints that cannot serve are found and passed over.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct HealthCheck {
    /// Questions to endpoints.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub active: Option<ActiveCheck>,
    /// Conclusions from how requests go.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub passive: Option<PassiveCheck>,
    /// With a smaller part of healthy endpoints, in percent, all are used; absent is Envoy's default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub panic_percent: Option<u8>,
}

/// Questions to endpoints.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ActiveCheck {
    /// The time between questions, in milliseconds.
    pub interval_ms: u64,
    /// The time in which the answer must arrive, in milliseconds.
    pub timeout_ms: u64,
    /// The first question is asked within this time, in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub initial_jitter_ms: Option<u64>,
    /// So many bad answers make an endpoint unhealthy.
    pub unhealthy_threshold: u32,
    /// So many good answers make it healthy again.
    pub healthy_threshold: u32,
    /// What is asked.
    pub probe: Probe,
    /// The port that is asked; absent is the one that serves.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub port: Option<u16>,
    /// Where answers are written to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub log: Option<HealthCheckLog>,
}

/// What an endpoint is asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Probe {
    /// An HTTP request.
    Http(HttpProbe),
    /// Bytes.
    Tcp {
        /// What is sent; nothing only connects.
        #[serde(default)]
        send: Option<Payload>,
        /// What must be in the answer.
        #[serde(default)]
        receive: Option<Payload>,
    },
    /// The gRPC health service.
    Grpc {
        /// The service that it is asked about; absent is the server as a whole.
        #[serde(default)]
        service: Option<String>,
    },
}

impl Default for Probe {
    fn default() -> Self {
        Self::Tcp { send: None, receive: None }
    }
}

/// An HTTP request that asks for health.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct HttpProbe {
    /// The host of the request; absent is the endpoint's own name, or that of the cluster.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub host: Option<String>,
    /// The path.
    pub path: String,
    /// The method; absent is GET.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub method: Option<String>,
    /// Status codes of healthy endpoints, from first to last.
    pub expected: Vec<(u16, u16)>,
    /// Status codes that count against an endpoint like no answer does, from first to last.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub retriable: Vec<(u16, u16)>,
    /// The body.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub send: Option<Payload>,
    /// What must be in the answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub receive: Option<Payload>,
}

/// What is sent or expected.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Payload {
    /// A text.
    Text(String),
    /// Bytes.
    Binary(Vec<u8>),
}

/// Where answers are written to. What changes the state of an endpoint is always written.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct HealthCheckLog {
    /// The file.
    pub path: String,
    /// Whether every bad answer is written.
    pub every_failure: bool,
    /// Whether every good answer is written.
    pub every_success: bool,
}

/// Conclusions from how requests go.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct PassiveCheck {
    /// Whether failures to reach an endpoint are counted apart from its own.
    pub splits_local_errors: bool,
    /// The time between conclusions, in milliseconds.
    pub interval_ms: u64,
    /// So many failures to reach it in a row eject an endpoint, where they are counted apart.
    pub local_failures: u32,
    /// So many 502, 503 and 504 in a row do; absent does not count them apart.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gateway_errors: Option<u32>,
    /// So many 5xx in a row do.
    pub server_errors: u32,
    /// How long an endpoint is ejected for the first time, in milliseconds.
    pub ejection_ms: u64,
    /// At most this part of the endpoints is ejected, in percent.
    pub max_ejected_percent: u8,
    /// This part of failed requests ejects an endpoint, in percent; absent does not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failure_percent: Option<u8>,
    /// Whether one endpoint may be ejected whatever the greatest part.
    pub always_one: bool,
}
