//! Authorization by a service of the user's.

use serde::{Deserialize, Serialize};

use crate::meta::Duration;
#[cfg(feature = "schema")]
use crate::schema::{cel, fmt, list_map};
use crate::v1alpha1::BackendCluster;
#[cfg(feature = "schema")]
use crate::v1alpha1::rules;

/// Asks a service whether a request may pass, over gRPC or HTTP.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
#[cfg_attr(feature = "schema", schemars(transform = cel(rules::EXT_AUTH)))]
pub struct ExtAuth {
    /// Sends the body along.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body_to_ext_auth: Option<BodyToExtAuth>,
    /// Further values that the service is told.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "schema", schemars(transform = list_map("name")))]
    pub context_extensions: Vec<ContextExtension>,
    /// Whether requests pass while the service cannot be asked, or this configuration is wrong.
    /// Defaults to `false`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(extend("x-default" = false)))]
    pub fail_open: Option<bool>,
    /// Settings for gRPC.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub grpc: Option<GrpcExtAuthService>,
    /// Headers that the service gets. When empty all for gRPC, and only the standard ones for HTTP.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub headers_to_ext_auth: Vec<String>,
    /// Settings for HTTP.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub http: Option<HttpExtAuthService>,
    /// Whether the service is told about the route; `false` when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub include_route_metadata: Option<bool>,
    /// Whether the route is chosen anew after the service changed headers; `false` when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recompute_route: Option<bool>,
    /// Status of the answer when the service cannot be asked; 403 when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(extend("enum" = [400, 401, 402, 403, 404, 405, 406, 407, 408, 409, 410, 411, 412, 413, 414, 415, 416, 417, 421, 422, 423, 424, 426, 428, 429, 431, 500, 501, 502, 503, 504, 505, 506, 507, 508, 510, 511])))]
    pub status_on_error: Option<i32>,
    /// Time in which the service must answer; 10s when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timeout: Option<Duration>,
}

/// Sends the body along.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
pub struct BodyToExtAuth {
    /// Size of a body at most, in bytes; larger requests get 413.
    #[cfg_attr(feature = "schema", schemars(range(min = 1)))]
    pub max_request_bytes: i32,
}

/// A value that the service is told.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
#[cfg_attr(feature = "schema", schemars(transform = cel(rules::CONTEXT_EXTENSION)))]
pub struct ContextExtension {
    /// Name of the value.
    pub name: String,
    /// Whether the value is here or elsewhere. One of `Value` or `ValueRef`. Defaults to `Value`.
    #[cfg_attr(feature = "schema", schemars(extend("enum" = ["Value", "ValueRef"], "x-default" = "Value")))]
    pub r#type: String,
    /// The value, for `Value`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// Where the value is, for `ValueRef`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value_ref: Option<LocalObjectKeyReference>,
}

/// One key of a ConfigMap or Secret in the same namespace.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
#[cfg_attr(feature = "schema", schemars(transform = cel(rules::LOCAL_OBJECT_KEY_REFERENCE)))]
pub struct LocalObjectKeyReference {
    /// API group of the object; empty for the core group.
    #[cfg_attr(feature = "schema", schemars(with = "fmt::Group"))]
    pub group: String,
    /// The key.
    pub key: String,
    /// Kind of the object.
    #[cfg_attr(feature = "schema", schemars(with = "fmt::Kind"))]
    pub kind: String,
    /// Name of the object.
    #[cfg_attr(feature = "schema", schemars(with = "fmt::ObjectName"))]
    pub name: String,
}

/// A service that speaks Envoy's authorization protocol.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
#[cfg_attr(feature = "schema", schemars(transform = cel(rules::GRPC_EXT_AUTH_SERVICE)))]
pub struct GrpcExtAuthService {
    /// Where the service runs and how Envoy connects to it.
    #[serde(flatten)]
    pub backend: BackendCluster,
}

/// A service that answers with 200 when a request may pass.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
#[cfg_attr(feature = "schema", schemars(transform = cel(rules::HTTP_EXT_AUTH_SERVICE)))]
pub struct HttpExtAuthService {
    /// Where the service runs and how Envoy connects to it.
    #[serde(flatten)]
    pub backend: BackendCluster,
    /// Headers of the answer that are added to the request.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub headers_to_backend: Vec<String>,
    /// What is put before the path of the request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// Path that replaces that of the request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path_override: Option<String>,
}
