//! What happens to headers between clients and the features of routes.

use serde::{Deserialize, Serialize};

use crate::route::StringMatch;

/// What happens to headers, whatever the route.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ClientHeaders {
    /// Whether Envoy adds its own headers, whose names begin with `x-envoy-`.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub envoy_headers: bool,
    /// Whether responses go without the headers that tell clients of their rate limits.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub no_rate_limit_headers: bool,
    /// Requests with underscores in the names of headers.
    pub underscores: Underscores,
    /// What happens to `x-request-id`; absent is Envoy's default: a new one for each request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_id: Option<RequestId>,
    /// Changes of requests before anything else looks at them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub early_request: Vec<HeaderMutation>,
    /// Changes of responses after everything else.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub late_response: Vec<HeaderMutation>,
    /// Whether a dot at the end of the host is removed before routes are matched.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub strip_trailing_host_dot: bool,
    /// The size that the headers of a request may have together, in KiB; absent is Envoy's default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_request_kib: Option<u32>,
    /// What backends are told about the certificate of the client; absent is nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub forwarded_client_cert: Option<ForwardedClientCert>,
}

/// What happens to requests with underscores in the names of headers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Underscores {
    /// They are answered with 400.
    #[default]
    Reject,
    /// They are let through.
    Allow,
    /// They lose these headers.
    Drop,
}

/// What happens to the header `x-request-id`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RequestId {
    /// That of the client is kept; a request without one gets one.
    PreserveOrGenerate,
    /// That of the client is kept; a request without one stays so.
    Preserve,
    /// Every request gets a new one.
    Generate,
    /// No request gets one.
    Disable,
}

/// One change of the headers of a request or response. Changes are made in order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HeaderMutation {
    /// Adds the value to those that are there.
    Append {
        /// The name of the header.
        name: String,
        /// The value; may contain Envoy's command operators.
        value: String,
    },
    /// Replaces the values that are there.
    Set {
        /// The name of the header.
        name: String,
        /// The value; may contain Envoy's command operators.
        value: String,
    },
    /// Adds the header unless it is there.
    AddIfAbsent {
        /// The name of the header.
        name: String,
        /// The value; may contain Envoy's command operators.
        value: String,
    },
    /// Removes the header of this name.
    Remove(String),
    /// Removes the headers whose names match.
    RemoveOnMatch(StringMatch),
}

/// What backends are told about the certificate of the client, in `x-forwarded-client-cert`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ForwardedClientCert {
    /// What happens to the header.
    pub mode: ForwardMode,
    /// What the header says, besides the hash of the certificate.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub details: Vec<CertDetail>,
}

/// What happens to `x-forwarded-client-cert`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ForwardMode {
    /// It is removed.
    #[default]
    Sanitize,
    /// That of the client is kept if its certificate was checked.
    ForwardOnly,
    /// The certificate of the client is added to it, if it was checked.
    AppendForward,
    /// The certificate of the client replaces it, if it was checked.
    SanitizeSet,
    /// That of the client is kept.
    AlwaysForwardOnly,
}

/// Something about a certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CertDetail {
    /// Its subject.
    Subject,
    /// All of it.
    Cert,
    /// It and the certificates of its signers.
    Chain,
    /// The DNS names that it is for.
    Dns,
    /// The URI that it is for.
    Uri,
}
