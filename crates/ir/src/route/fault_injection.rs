//! Faults that are made on purpose.

use serde::{Deserialize, Serialize};

/// Faults that are made on purpose.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct FaultInjection {
    /// Requests that wait.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delay: Option<FaultDelay>,
    /// Requests that fail.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub abort: Option<FaultAbort>,
}

/// Requests that wait.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FaultDelay {
    /// How long, in milliseconds.
    pub millis: u64,
    /// Their part of all requests, in millionths.
    pub parts_per_million: u32,
}

/// Requests that fail.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FaultAbort {
    /// What they are answered with.
    pub status: AbortStatus,
    /// Their part of all requests, in millionths.
    pub parts_per_million: u32,
}

/// What a request that fails is answered with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AbortStatus {
    /// A status code of HTTP.
    Http(u16),
    /// A status code of gRPC.
    Grpc(u8),
}
