//! Authentication by API key.

use serde::{Deserialize, Serialize};

use crate::gateway::SecretObjectReference;
#[cfg(feature = "schema")]
use crate::schema::cel;
#[cfg(feature = "schema")]
use crate::v1alpha1::rules;

/// Asks for an API key.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
pub struct ApiKeyAuth {
    /// Secrets whose entries are keys by client identity.
    pub credential_refs: Vec<SecretObjectReference>,
    /// Where the key is looked for, in this order.
    #[cfg_attr(feature = "schema", schemars(length(min = 1)))]
    pub extract_from: Vec<ExtractFrom>,
    /// Header that tells the backend the client's identity; not told when unset.
    #[serde(rename = "forwardClientIDHeader", skip_serializing_if = "Option::is_none")]
    pub forward_client_id_header: Option<String>,
    /// Whether the key is removed before the request is passed on; `false` when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sanitize: Option<bool>,
}

/// Where a key is looked for: headers, query parameters or cookies.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
#[cfg_attr(feature = "schema", schemars(transform = cel(rules::EXTRACT_FROM)))]
pub struct ExtractFrom {
    /// Names of cookies.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "schema", schemars(inner(length(min = 1)), length(min = 1)))]
    pub cookies: Vec<String>,
    /// Names of headers.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "schema", schemars(inner(length(min = 1)), length(min = 1)))]
    pub headers: Vec<String>,
    /// Names of query parameters.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "schema", schemars(inner(length(min = 1)), length(min = 1)))]
    pub params: Vec<String>,
}
