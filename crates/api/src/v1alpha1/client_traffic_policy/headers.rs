//! What happens to headers.

use serde::{Deserialize, Serialize};

use crate::gateway::HttpHeader;
use crate::meta::Quantity;
#[cfg(feature = "schema")]
use crate::schema::{cel, list_map, list_set};
use crate::v1alpha1::StringMatch;
#[cfg(feature = "schema")]
use crate::v1alpha1::{format, rules};

/// What happens to headers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
#[cfg_attr(feature = "schema", schemars(transform = cel(rules::HEADER_SETTINGS)))]
pub struct HeaderSettings {
    /// Whether responses go without the `X-RateLimit` headers; `false` when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub disable_rate_limit_headers: Option<bool>,
    /// Changes headers of requests before anything else looks at them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub early_request_headers: Option<HttpHeaderFilter>,
    /// Whether Envoy adds its `X-Envoy` headers to requests and responses; `false` when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub enable_envoy_headers: Option<bool>,
    /// How the host is normalised.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub host: Option<HostSettings>,
    /// Changes headers of responses after everything else.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub late_response_headers: Option<HttpHeaderFilter>,
    /// Size that all headers of a request may have together, `1Ki` to `8192Ki`, rounded up to whole
    /// kibibytes; 60Ki when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "format::WholeQuantity"))]
    pub max_request_header_limit: Option<Quantity>,
    /// Whether the client's `X-Request-ID` is kept. Deprecated: use `requestID`.
    #[serde(rename = "preserveXRequestID", skip_serializing_if = "Option::is_none")]
    pub preserve_x_request_id: Option<bool>,
    /// What happens to `X-Request-ID`; `Generate` when unset. One of `PreserveOrGenerate`,
    /// `Preserve`, `Generate` or `Disable`.
    #[serde(rename = "requestID", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(extend("enum" = ["PreserveOrGenerate", "Preserve", "Generate", "Disable"])))]
    pub request_id: Option<String>,
    /// What happens to header names with underscores; `RejectRequest` when unset. One of `Allow`,
    /// `RejectRequest` or `DropHeader`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(extend("enum" = ["Allow", "RejectRequest", "DropHeader"])))]
    pub with_underscores_action: Option<String>,
    /// What happens to `X-Forwarded-Client-Cert`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub x_forwarded_client_cert: Option<XForwardedClientCert>,
}

/// Changes of headers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
pub struct HttpHeaderFilter {
    /// Headers that are added to what is there.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "schema", schemars(length(min = 1, max = 64), transform = list_map("name"), transform = format::any_header_value))]
    pub add: Vec<HttpHeader>,
    /// Headers that are added unless there is one of that name.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "schema", schemars(length(min = 1, max = 64), transform = list_map("name"), transform = format::any_header_value))]
    pub add_if_absent: Vec<HttpHeader>,
    /// Names of headers that are removed; case does not matter.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "schema", schemars(length(min = 1, max = 64), transform = list_set))]
    pub remove: Vec<String>,
    /// Conditions on names; headers that meet one are removed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "schema", schemars(length(min = 1, max = 64)))]
    pub remove_on_match: Vec<StringMatch>,
    /// Headers that replace what is there.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "schema", schemars(length(min = 1, max = 64), transform = list_map("name"), transform = format::any_header_value))]
    pub set: Vec<HttpHeader>,
}

/// How the host of requests is normalised.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
pub struct HostSettings {
    /// Whether a dot at the end of the host is removed before routes are matched; `false` when
    /// unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub strip_trailing_host_dot: Option<bool>,
}

/// What happens to `X-Forwarded-Client-Cert`, the header that tells backends about the client's
/// certificate.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
#[cfg_attr(feature = "schema", schemars(transform = cel(rules::X_FORWARDED_CLIENT_CERT)))]
pub struct XForwardedClientCert {
    /// Facts about the certificate that are added; only for `AppendForward` and `SanitizeSet`. The
    /// hash is always there. Each is one of `Subject`, `Cert`, `Chain`, `DNS` or `URI`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "schema", schemars(with = "Vec<format::XfccCertData>", length(max = 5)))]
    pub cert_details_to_add: Vec<String>,
    /// What happens to a header the client sent; `Sanitize`, which removes it, when unset. One of
    /// `Sanitize`, `ForwardOnly`, `AppendForward`, `SanitizeSet` or `AlwaysForwardOnly`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(extend("enum" = ["Sanitize", "ForwardOnly", "AppendForward", "SanitizeSet", "AlwaysForwardOnly"])))]
    pub mode: Option<String>,
}
