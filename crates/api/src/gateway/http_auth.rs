//! External authorization, as an HTTPRoute states it.

use serde::{Deserialize, Serialize};

use super::BackendObjectReference;
#[cfg(feature = "schema")]
use super::rules;
#[cfg(feature = "schema")]
use crate::schema::{cel, fmt, list_set};

/// Asks a service whether a request may pass.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", default)]
#[cfg_attr(feature = "schema", schemars(transform = cel(rules::EXTERNAL_AUTH)))]
pub struct HttpExternalAuthFilter {
    /// Protocol that the service speaks.
    pub protocol: HttpExternalAuthProtocol,
    /// The service.
    pub backend_ref: BackendObjectReference,
    /// Settings for gRPC.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub grpc: Option<GrpcAuthConfig>,
    /// Settings for HTTP.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub http: Option<HttpAuthConfig>,
    /// Whether the body of the request is sent to the service; it is not when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub forward_body: Option<ForwardBodyConfig>,
}

/// How a gRPC authorization service is asked.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", default)]
pub struct GrpcAuthConfig {
    /// Headers of the request that the service sees; all when empty.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "schema", schemars(length(max = 64), transform = list_set))]
    pub allowed_headers: Vec<String>,
}

/// How an HTTP authorization service is asked.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", default)]
pub struct HttpAuthConfig {
    /// What is put before the path of the request.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(
        feature = "schema",
        schemars(
            length(max = 1024),
            regex(pattern = "^(?:[-A-Za-z0-9/._~!$&'()*+,;=:@]|[%][0-9a-fA-F]{2})+$")
        )
    )]
    pub path: Option<String>,
    /// Headers of the request that the service sees, besides the standard ones.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "schema", schemars(length(max = 64), transform = list_set))]
    pub allowed_headers: Vec<String>,
    /// Headers of the service's response that are added to the request; all when empty.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "schema", schemars(length(max = 64), transform = list_set))]
    pub allowed_response_headers: Vec<String>,
}

/// How much of a request's body is sent along.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", default)]
pub struct ForwardBodyConfig {
    /// Number of bytes at most.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "fmt::Int"))]
    pub max_size: Option<i32>,
}

open_enum! {
    /// Protocols of authorization services.
    HttpExternalAuthProtocol {
        /// HTTP.
        Http = "HTTP",
        /// Envoy's authorization service over gRPC.
        Grpc = "GRPC",
    }
}
