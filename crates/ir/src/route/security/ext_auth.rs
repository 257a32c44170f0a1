//! Services that are asked about requests.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{Name, SecretBytes, route::Retry};

/// A service that is asked whether a request may pass.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ExtAuth {
    /// The name of what asks for it, which tells its filter from others.
    pub name: Name,
    /// The cluster of the service.
    pub cluster: Name,
    /// How it is asked.
    pub service: ExtAuthService,
    /// The time for an answer, in milliseconds.
    pub timeout_ms: u64,
    /// How failed requests to it are repeated; absent is not at all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry: Option<Retry>,
    /// The headers that it gets; when empty all for gRPC, and few for HTTP.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub headers: Vec<String>,
    /// How many bytes a body may have that it gets; absent it gets none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body_bytes: Option<u32>,
    /// What it is told besides.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub context: BTreeMap<String, SecretBytes>,
    /// Whether it is told about the route.
    pub tells_route: bool,
    /// Whether the route is chosen anew after its answer.
    pub choose_again: bool,
    /// Whether requests pass that it cannot be asked about.
    pub fail_open: bool,
    /// The status of requests that it cannot be asked about; absent is Envoy's default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error_status: Option<u16>,
}

/// How a service is asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ExtAuthService {
    /// By gRPC.
    Grpc {
        /// The host of the requests.
        authority: String,
    },
    /// By HTTP.
    Http {
        /// The host of the requests.
        authority: String,
        /// What the path of the request is put behind.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        path_prefix: Option<String>,
        /// The path of all requests.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        path: Option<String>,
        /// Headers of its answer that the backend gets.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        headers_to_backend: Vec<String>,
    },
}

impl Default for ExtAuthService {
    fn default() -> Self {
        Self::Grpc { authority: String::new() }
    }
}
